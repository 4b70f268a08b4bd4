"""Training of the picture model."""
