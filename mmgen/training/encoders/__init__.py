"""Training of the encoders of photos and clips."""
