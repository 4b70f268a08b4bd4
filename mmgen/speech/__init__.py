"""Texts read aloud."""
