"""What is stored and how: contracts, Delta tables, checks."""
