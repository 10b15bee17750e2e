"""What comes in: Functions triggers, one file per door."""
