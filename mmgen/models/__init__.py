"""Networks: encoders, fusion, decoders."""
