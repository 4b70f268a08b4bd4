"""Fitting of term weights and word vectors."""
