"""`bep score`: from a model and files to predictions on this machine."""
