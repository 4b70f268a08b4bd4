"""What may be said of a product: facts from its fields and its title."""
