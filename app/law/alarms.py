"""Times around alarms that no statute names: local policy."""

LOOK_AHEAD_DAYS = 14
"""How far ahead the roster is searched for times in which nobody is on call."""
