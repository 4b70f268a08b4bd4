"""Loader, loop, checkpoint, tracking, promotion."""
