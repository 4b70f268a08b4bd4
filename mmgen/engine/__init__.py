"""How a partition of a dataset is made: what a job is given, reads, computes and commits."""
