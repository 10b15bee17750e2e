"""The project folder for every test here."""

from tests.schemas.az_yaml.project import write

__all__ = ["write"]
