"""The fixtures of the doors: the same services, over a store in memory."""

from tests.triggers.conftest import make_desk

__all__ = ["make_desk"]
