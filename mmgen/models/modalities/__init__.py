"""What the model has for each modality: encoder, decoder."""
