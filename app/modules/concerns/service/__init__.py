"""Acting on concerns: recording, taking steps, telling the youth office, and what must be done until when."""
