"""Titles and descriptions: repaired, masked, their language told, tokens and signatures."""
