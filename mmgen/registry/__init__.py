"""Registered models: versions, aliases, promotion, and the fitted models in force."""
