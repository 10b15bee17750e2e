"""Every way the engine says no to a client, in the real host's words.

Refusal
├── NotFound          nothing has that id
├── AlreadyExists     the id belongs to an instance that may not be replaced
├── AlreadyEnded      the instance has ended, and cannot be told anything any more
├── WrongState        the instance is not in the state that the command needs
└── InvalidId         the id is not one that an orchestration may have
"""

from devhost.durable.wire import STATUS_NAMES


class Refusal(Exception):
    """What was asked of the engine cannot be done."""


class NotFound(Refusal):
    def __init__(self, instance_id: str) -> None:
        super().__init__(f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')")
        self.instance_id = instance_id


class AlreadyExists(Refusal):
    def __init__(self, instance_id: str, status: int) -> None:
        super().__init__(f"An Orchestration instance with the ID {instance_id} already exists.")
        self.status = STATUS_NAMES[status]


class AlreadyEnded(Refusal):
    def __init__(self, verb: str, instance_id: str, status: int) -> None:
        super().__init__(
            f"Cannot {verb} the orchestration instance {instance_id} because instance is in "
            f"{STATUS_NAMES[status]} state"
        )


class WrongState(Refusal):
    pass


class InvalidId(Refusal):
    pass
