"""Measures of quality: pure functions with their source."""
