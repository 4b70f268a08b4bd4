"""Reads the shop's catalogue: import, extract, media."""
