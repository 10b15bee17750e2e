"""What became of a deployment's environment when it was made."""

from shared.domain.message import Message


class Pin(Message):
    """An environment with every version said: a Python, and requirement lines of pip's."""

    python: str
    packages: tuple[str, ...]


class BuiltEnvironment(Message):
    """The environment of a made deployment.

    `pin` is what is built again on another machine; without one the service's own interpreter
    satisfied what was asked, or the packages come with the model itself. `notes` tell what was
    tolerated or understood differently, in words. `differences` are those of the notes that say
    what the model was saved with and does not get: why it may not load.
    """

    pin: Pin | None = None
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    def differing(self, *differences: str) -> "BuiltEnvironment":
        """The same, with what the model does not get; that is noted, too."""
        notes = tuple(dict.fromkeys((*differences, *self.notes)))
        return self.model_copy(update={"notes": notes, "differences": differences})
