"""An invented shop with the faults of a real export."""
