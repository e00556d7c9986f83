"""What the API shows and takes: `intake`, `steps`."""
