"""Adversaries: networks that tell real from generated, one file each."""
