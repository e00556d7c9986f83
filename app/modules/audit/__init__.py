"""Audit: the reading side of the log; every room writes it through the ground floor."""
