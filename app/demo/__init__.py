"""The demonstration: invented people in the town of Hilden and the county of Traunstein, and a story to watch."""
