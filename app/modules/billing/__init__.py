"""Billing of Fachleistungsstunden; other rooms come in through this door."""
