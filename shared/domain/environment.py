"""What became of a deployment's environment when it was made."""

from shared.domain.message import Message


class Pin(Message):
    """An environment with every version said: a Python, and requirement lines of pip's."""

    python: str
    packages: tuple[str, ...]


class MadeEnvironment(Message):
    """The environment of a made deployment.

    `pin` is what is built again on another machine; without one the service's own interpreter
    satisfied what was asked, or the packages come with the model itself. `notes` tell what was
    tolerated or understood differently, in words.
    """

    pin: Pin | None = None
    notes: tuple[str, ...] = ()
