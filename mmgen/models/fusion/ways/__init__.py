"""The ways of fusion: one file each, and one entry in ``FUSIONS`` beside this folder."""
