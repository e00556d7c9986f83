"""Fees: how the price of a Fachleistungsstunde comes about, step by step; offered where it is negotiated."""
