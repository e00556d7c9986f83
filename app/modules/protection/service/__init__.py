"""What the room does: taking reports, taking steps, calling people when a step is late."""
