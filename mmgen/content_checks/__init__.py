"""What is checked before a piece of content is published."""
