"""Training of the fusion model."""
