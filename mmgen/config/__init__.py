"""Typed parameters of every part, and the configuration that puts them together."""
