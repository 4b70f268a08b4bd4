"""Training of the denoiser that mmgen ships."""
