"""Texts written from facts, by the model and as a specification."""
