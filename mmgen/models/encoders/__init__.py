"""Encoders of photos and clips, applied with numpy alone; their Keras form for training."""
