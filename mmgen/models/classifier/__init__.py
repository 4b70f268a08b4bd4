"""The fusion classifier: what a product is, from whichever of its modalities are there."""
