"""Access keys: needed only with --auth, as the real host needs none when it runs locally."""

import hmac

from aiohttp import web

from devhost.http.paths import query_values
from devhost.keys import HostKeys

HEADER, QUERY = "x-functions-key", "code"


class Gate:
    """Who may come in. Without keys, everybody."""

    def __init__(self, keys: HostKeys | None) -> None:
        self._keys = keys

    def admits(self, request: web.Request, level: str) -> bool:
        """`level` is anonymous, function, admin, or system for the Durable HTTP API."""
        if self._keys is None or level == "anonymous":
            return True
        accepted = {
            "function": (self._keys.function, self._keys.master),
            "system": (self._keys.system, self._keys.master),
        }.get(level, (self._keys.master,))
        key_of_request = _key_of(request).encode()
        return any(hmac.compare_digest(key_of_request, key.encode()) for key in accepted)


def _key_of(request: web.Request) -> str:
    return request.headers.get(HEADER) or query_values(request.raw_path).get(QUERY, "")
