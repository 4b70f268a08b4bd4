"""Texts written from facts, by the model and by a grammar."""
