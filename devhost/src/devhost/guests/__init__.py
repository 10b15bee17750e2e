"""Hosts that join another one's task hub: what they say to each other, and how they share work."""
