"""POSTs to addresses that clients named: through the guard, within one limit for all of it.

A redirect is an answer like another and is not followed: nothing is sent where nobody asked.
No proxy of the environment is used; the guard's word would not count there.
"""

import http.client
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from shared.adapters.address_guard import AddressGuard, AddressRefused, Destination
from shared.adapters.guarded_connection import Limit, connect, words_of
from shared.adapters.lanes import Lanes
from shared.outbound import PostAnswer, PostFailed

USER_AGENT = "batch-endpoints"
_LOOK_UPS = ThreadPoolExecutor(8, thread_name_prefix="look-ups")


@dataclass(frozen=True)
class GuardedPosts:
    """Thread-safe: each post has a connection of its own."""

    guard: AddressGuard
    lanes: Lanes = field(default_factory=Lanes)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def check(self, url: str, *, target: str) -> None:
        self.guard.check(url, target=target)

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, limit_s: float
    ) -> PostAnswer:
        """Raises PostFailed, and PostBusy while as many calls as may be are under way."""
        with self.lanes.lane(_server_of(url)):
            return self._post(url, body, headers, limit_s)

    def _post(
        self, url: str, body: bytes, headers: Mapping[str, str], limit_s: float
    ) -> PostAnswer:
        started = time.monotonic()
        destination = self._find(url, limit_s)
        limit = Limit(max(limit_s - (time.monotonic() - started), 0.001))
        try:
            with limit.running():
                answer = self._send(destination, body, headers, limit)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            if limit.is_over:
                raise PostFailed(f"No answer within {limit_s:g} s.") from None
            raise PostFailed(f"The call did not come through: {words_of(failure)}.") from None
        if limit.is_over:  # what came until then looks like a whole answer
            raise PostFailed(f"No answer within {limit_s:g} s.")
        return answer

    def _find(self, url: str, limit_s: float) -> Destination:
        """A name server may hang, and the system's resolver has no limit of its own."""
        try:
            return _LOOK_UPS.submit(self.guard.destination, url).result(limit_s)
        except AddressRefused as refused:
            raise PostFailed(str(refused)) from None
        except TimeoutError:
            raise PostFailed(f"The server's name was not found within {limit_s:g} s.") from None
        except (OSError, ValueError) as failure:  # ValueError: the resolver cannot encode it
            raise PostFailed(f"The server's name is not known: {words_of(failure)}.") from None

    def _send(
        self, destination: Destination, body: bytes, headers: Mapping[str, str], limit: Limit
    ) -> PostAnswer:
        connection = http.client.HTTPConnection(destination.host, destination.port)
        connection.auto_open = 0  # it would look the name up again
        connection.sock = connect(destination, self._trust, limit)
        with closing(connection):
            own = {"Host": destination.authority, "User-Agent": USER_AGENT, "Connection": "close"}
            connection.request("POST", destination.target, body, {**headers, **own})
            with closing(connection.getresponse()) as answer:
                told = {name.lower(): value for name, value in answer.getheaders()}
                return PostAnswer(answer.status, told)


def _server_of(url: str) -> str:
    """Its host and port, as they are written; all that cannot be read is one."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
