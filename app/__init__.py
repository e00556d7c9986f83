"""Handschlag: one API over which youth offices and providers work together."""

__version__ = "0.1.0"
