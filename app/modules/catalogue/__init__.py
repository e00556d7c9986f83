"""Catalogue: what the API says of itself (problems, workflows, code lists)."""
