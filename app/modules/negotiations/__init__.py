"""Negotiating an agreement: open points and each party's position, proposals for the text, comments."""
