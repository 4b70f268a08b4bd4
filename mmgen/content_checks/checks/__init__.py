"""One file a check, or a few that look at the same thing. None imports another."""
