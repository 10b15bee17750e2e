"""What scores, by the names that the service has for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deployed:
    """`model` is `name:version`."""

    model: str
    endpoint: str
    deployment: str
