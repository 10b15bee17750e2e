"""Reading an orchestration's input: what the service did not give this instance is refused.

Whoever holds the task hub's key can start any orchestration with any input. An input names things
and fits one instance id; what is to be done is read from their documents.
"""

from typing import Any, Protocol, Self

from pydantic import ValidationError

from shared.domain.message import JSON

REFUSED = (
    "The orchestration's input does not fit its instance id. "
    "Ask the service's own routes to start it; one from before an upgrade is to be invoked again."
)


class Input(Protocol):
    @classmethod
    def from_wire(cls, wire: JSON) -> Self: ...

    def fits(self, instance: str) -> bool: ...


def read_input[I: Input](ctx: Any, kind: type[I]) -> I | None:
    """The input of this instance; None when it is none that the service gives it."""
    try:
        task = kind.from_wire(ctx.get_input())
    except ValidationError:
        return None
    return task if task.fits(ctx.instance_id) else None
