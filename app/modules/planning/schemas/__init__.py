"""Help planning as the API shows and takes it."""
