"""Photos and texts that are copies of each other, and their groups."""
