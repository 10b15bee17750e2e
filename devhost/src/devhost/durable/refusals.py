"""Every way the engine says no to a client, in the real host's words.

Refusal
├── NotFound          nothing has that id
├── AlreadyExists     the id belongs to an instance that may not be replaced
├── AlreadyEnded      the instance has ended, and takes no commands any more
├── WrongState        the instance is not in the state that the command needs
└── InvalidId         the id is not one that an orchestration may have
"""

from devhost.durable.wire_format import STATUS_NAMES

# The real host words the refusals of these two a little differently from its others.
PAUSING = frozenset({"suspend", "resume"})


class DurableRefusal(Exception):
    """A command that the engine cannot carry out."""


class InstanceNotFound(DurableRefusal):
    def __init__(self, instance_id: str) -> None:
        super().__init__(f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')")
        self.instance_id = instance_id


class AlreadyExists(DurableRefusal):
    def __init__(self, instance_id: str, status: int) -> None:
        super().__init__(f"An Orchestration instance with the ID {instance_id} already exists.")
        self.status = STATUS_NAMES[status]


class AlreadyEnded(DurableRefusal):
    def __init__(self, verb: str, instance_id: str, status: int) -> None:
        where = f"{STATUS_NAMES[status]} state"
        if verb in PAUSING:
            where = f"the {where}."
        super().__init__(
            f"Cannot {verb} the orchestration instance {instance_id} because instance is in {where}"
        )


class WrongState(DurableRefusal):
    pass


def cannot_pause(verb: str, instance_id: str, status: int) -> WrongState:
    """Suspending what is suspended, or resuming what is not."""
    return WrongState(
        f"Cannot {verb} the orchestration instance {instance_id} because instance is in the "
        f"{STATUS_NAMES[status]} state."
    )


class InvalidId(DurableRefusal):
    pass
