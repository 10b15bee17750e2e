"""Environments that are built for real, by an index in a folder, and a folder of others."""

from tests.support.environments import index, make, variables
from tests.support.private_folder import outside

__all__ = ["index", "make", "outside", "variables"]
