"""Training the graph model."""
