"""mmgen: refreshes a shop's catalogue with cleaned media and generated content, every night."""

__version__ = "0.1.0"
