"""Each product's neighbours, and what is told of it by them."""
