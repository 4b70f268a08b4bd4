"""What each column of a shop's file is, decided from names and values over the whole file."""
