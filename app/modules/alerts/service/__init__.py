"""Acting on alarms' ways: calling people, and keeping addresses, hours, the roster and the letters."""
