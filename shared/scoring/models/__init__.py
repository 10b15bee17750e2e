"""Model and code folders on this machine, and what a process sees of them."""
