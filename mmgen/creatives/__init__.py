"""Ad pictures."""
