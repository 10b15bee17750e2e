"""How long a request may wait for what it started: `Prefer: wait=<seconds>`, or `respond-async`."""

import re

from shared.api.http import Request

_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:[,;]|$)", re.IGNORECASE)
_ASYNC = re.compile(r"(?:^|,)\s*respond-async\s*(?:[,;]|$)", re.IGNORECASE)


def patience(request: Request, most: float) -> float:
    """Seconds: `most`, or less if the client prefers it."""
    preferred = request.headers.get("prefer", "")
    if match := _WAIT.search(preferred):
        return min(most, float(match[1]))
    return 0.0 if _ASYNC.search(preferred) else most
