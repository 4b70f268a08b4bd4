"""Quality figures and content checks."""
