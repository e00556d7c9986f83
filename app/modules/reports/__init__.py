"""Reports: the provider tells how a help goes, on the form agreed on; the youth office accepts or returns it."""

from app.modules.reports.queries import WORK

__all__ = ["WORK"]
