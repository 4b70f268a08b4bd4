"""Pure transforms from clean modalities to features."""
