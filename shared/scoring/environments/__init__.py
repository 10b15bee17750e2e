"""Environments: the Python and the packages that a deployment asks for, found or built."""
