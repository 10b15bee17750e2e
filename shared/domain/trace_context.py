"""The trace of a job, by W3C Trace Context: `traceparent`, and ids that follow from names.

A span's id is derived from what it is about, so that whoever tells of it - another process, another
host, a step that runs again - names the same parents.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

# Version 00 has nothing after the flags; later versions may.
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^\s]*)?")
_NO_VERSION = "ff"
_FIRST_VERSION = "00"
_SAMPLED = 0x01
TRACE_BYTES, SPAN_BYTES = 16, 8


@dataclass(frozen=True)
class TraceContext:
    """A trace and the span in it under which something happens; a `span_id` of 0 is none."""

    trace_id: int
    span_id: int = 0
    is_sampled: bool = True

    @classmethod
    def of_header(cls, traceparent: str) -> Self | None:
        """What a caller sent; None for what is no traceparent: its trace is not continued."""
        found = _FORM.fullmatch(traceparent.strip())
        if found is None:
            return None
        version, trace, span, flags, rest = found.groups()
        if version == _NO_VERSION or (version == _FIRST_VERSION and rest):
            return None
        context = cls(int(trace, 16), int(span, 16), bool(int(flags, 16) & _SAMPLED))
        return context if context.trace_id and context.span_id else None

    @classmethod
    def of_names(cls, *names: str) -> Self:
        """The trace of what no caller's trace leads to."""
        return cls(_derived(TRACE_BYTES, "trace", *names))

    @property
    def header(self) -> str:
        flags = int(self.is_sampled)
        return f"{_FIRST_VERSION}-{self.trace_id:032x}-{self.span_id:016x}-{flags:02x}"

    def child(self, *names: str) -> "TraceContext":
        """The span of this trace that is about what is named."""
        span_id = _derived(SPAN_BYTES, f"{self.trace_id:032x}", *names)
        return TraceContext(self.trace_id, span_id, self.is_sampled)


def _derived(size: int, *names: str) -> int:
    """Never 0, which is no id."""
    text = "\0".join(names).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:size]) or 1
