"""Clips: decoded safely, one rate and loudness, noise removed where there is any."""
