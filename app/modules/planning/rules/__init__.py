"""What must hold in help planning, and what follows from what was written. Pure."""
