"""Examples and media as batches: snapshot, readers, shuffling, augmentation."""
