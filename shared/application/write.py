"""Who writes a resource, and on which condition."""

from dataclasses import dataclass

from shared.domain.caller import Author


@dataclass(frozen=True)
class Write:
    """`if_match` is an etag, `*` or empty; `if_absent` asks for a resource that is not there."""

    by: Author
    if_match: str = ""
    if_absent: bool = False
