"""The law: every number that comes from a statute, with its source; pure functions and frozen data, nothing else."""
