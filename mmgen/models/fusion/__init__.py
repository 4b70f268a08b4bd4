"""Ways of putting modalities together, and the model around them."""
