"""The pipes between a worker and one scorer process, as descriptors."""

import os
from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class PipeEnds:
    """One side's ends. The child writes events, output and errors, and reads requests."""

    requests: int
    events: int
    output: int
    errors: int

    def close(self) -> None:
        for descriptor in astuple(self):
            os.close(descriptor)


def open_pipes() -> tuple[PipeEnds, PipeEnds]:
    """Ours, none of which ever blocks, and the child's."""
    their_requests, requests = os.pipe()
    events, their_events = os.pipe()
    output, their_output = os.pipe()
    errors, their_errors = os.pipe()
    our_ends = PipeEnds(requests, events, output, errors)
    for descriptor in astuple(our_ends):
        os.set_blocking(descriptor, False)
    return our_ends, PipeEnds(their_requests, their_events, their_output, their_errors)


def read_some(descriptor: int) -> bytes | None:
    """What is there now: b"" at the end, None when there is nothing yet."""
    try:
        # A pipe holds 64 KiB: one read takes all of it.
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return None
