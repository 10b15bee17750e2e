"""The world behind the ports: one file per foreign system."""
