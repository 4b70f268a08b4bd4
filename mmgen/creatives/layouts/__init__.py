"""One file a layout. None imports another."""
