"""Pure transforms that clean images, texts and audio."""
