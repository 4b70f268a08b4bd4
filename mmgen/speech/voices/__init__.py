"""One file a voice. None imports another."""
