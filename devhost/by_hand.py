"""What a function gets when somebody runs it through the admin endpoint."""

from devhost.triggers.timers import timer_payload
from devhost.worker.functions import Function, Kind
from devhost.worker.invocation import BlobCall, HttpCall, Payload


def payload_by_hand(function: Function, given: str | None) -> Payload:
    """`given` is the request's "input": a body, a blob's content or an activity's input."""
    match function.kind:
        case Kind.TIMER:
            return timer_payload()
        case Kind.HTTP:
            return HttpCall("POST", "http://localhost/admin", {}, {}, {}, (given or "").encode())
        case Kind.BLOB:
            return BlobCall(given or "", "", (given or "").encode(), {}, {})
        case _:
            return given
