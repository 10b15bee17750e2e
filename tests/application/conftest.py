"""The fixtures of the doors: the same services, over a store in memory."""

from tests.support.client import make_client

__all__ = ["make_client"]
