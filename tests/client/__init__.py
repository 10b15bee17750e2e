"""The official SDK, as published, against the whole service over https."""
