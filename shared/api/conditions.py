"""Conditions, as HTTP has them: `If-Match` and `If-None-Match: *` on a write, ETags for them.

A reader's `If-None-Match` names the versions that it has.
"""

import re
from dataclasses import dataclass

from shared.api.http import Request
from shared.domain.errors import InvalidRequest

ANY = "*"
_ETAG = re.compile(r'(?:W/)?"?([^",\s]+)"?')


@dataclass(frozen=True)
class Conditions:
    """`if_match` is an etag, `*` or empty; `if_absent` asks for a resource that is not there."""

    if_match: str = ""
    if_absent: bool = False


def conditions(request: Request) -> Conditions:
    """What the request's headers ask; raises InvalidRequest when they make no sense here."""
    if_none = request.headers.get("if-none-match", "").strip()
    if if_none not in {"", ANY}:
        raise InvalidRequest(
            f"'{if_none[:100]}' in If-None-Match is not supported.",
            fix="Use If-None-Match: * to create, or If-Match: <etag> to change what you read.",
            target="If-None-Match",
        )
    return Conditions(_if_match(request), if_absent=bool(if_none))


def etag_header(etag: str) -> dict[str, str]:
    return {"ETag": f'"{etag}"'} if etag else {}


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether a reader that sent `If-None-Match` has that version already."""
    known = _ETAG.findall(request.headers.get("if-none-match", ""))
    return etag in known or known == [ANY]


def _if_match(request: Request) -> str:
    header = request.headers.get("if-match", "").strip()
    match = _ETAG.fullmatch(header)
    if header and match is None:
        raise InvalidRequest(
            f"'{header[:100]}' in If-Match is not an etag.",
            fix='Send one, as the ETag header had it, such as "0x8DC0FFEE".',
            target="If-Match",
        )
    return match[1] if match else ""
