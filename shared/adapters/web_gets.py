"""GETs of files that clients named: through the guard, each hop of a redirect judged anew.

The connection goes to the address that was judged. Credentials never follow a redirect: there are
none but those in a URL, and a new address has its own.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

from shared.adapters.address_guard import AddressGuard, AddressRefused
from shared.adapters.guarded_connection import Limit, connect, words_of
from shared.adapters.guarded_posts import USER_AGENT
from shared.domain.errors import InvalidRequest, NotFound, ServiceUnavailable, StoreRefuses

MOST_HOPS = 5
ANSWER_LIMIT_S = 60.0
"""From connecting to an answer's headers, and the longest silence while its bytes come."""
REDIRECTS = {301, 302, 303, 307, 308}
GONE, REFUSALS = {404, 410}, {401, 403}
SUCCESSES, CLIENT_ERRORS, SERVER_ERRORS = 200, 400, 500
TOO_MANY = 429


@dataclass(frozen=True)
class WebAnswer:
    """An answer whose bytes are still to come; names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: http.client.HTTPResponse


@dataclass(frozen=True)
class WebGets:
    """Thread-safe: each GET has a connection of its own.

    Answers with a status that is `passed` are the caller's to judge.
    """

    guard: AddressGuard
    passed: frozenset[int] = frozenset()

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], shown: str) -> Iterator[WebAnswer]:
        """A successful answer; `shown` is how errors call the file.

        Raises NotFound, StoreRefuses, InvalidRequest for what is no file there, and
        ServiceUnavailable for what may pass.
        """
        for _ in range(MOST_HOPS + 1):
            with self._asked(url, headers, shown) as answer:
                is_passed = answer.status in self.passed
                if is_passed or answer.status not in REDIRECTS or "location" not in answer.headers:
                    if not is_passed:
                        _check(answer.status, shown)
                    yield answer
                    return
                url = _next(url, answer.headers["location"], shown)
        raise InvalidRequest(
            f"'{shown}' is redirected more than {MOST_HOPS} times.",
            fix="Name the address where the file lies.",
            target="input",
        )

    @contextmanager
    def _asked(self, url: str, headers: Mapping[str, str], shown: str) -> Iterator[WebAnswer]:
        limit = Limit(ANSWER_LIMIT_S)
        try:
            destination = self.guard.destination(url)
            connection = http.client.HTTPConnection(destination.host, destination.port)
            connection.auto_open = 0  # it would look the name up again
            with closing(connection):
                with limit.running():
                    connection.sock = connect(destination, self._trust, limit)
                    own = {"Host": destination.authority, "User-Agent": USER_AGENT}
                    connection.request("GET", destination.target, headers={**headers, **own})
                    body = connection.getresponse()
                told = {name.lower(): value for name, value in body.getheaders()}
                with closing(body):
                    yield WebAnswer(body.status, told, body)
        except AddressRefused as refused:
            problem, _, fix = str(refused).partition(". ")
            raise InvalidRequest(f"'{shown}': {problem}.", fix=fix, target="input") from None
        except socket.gaierror as failure:
            if failure.errno == socket.EAI_AGAIN:
                raise _unanswered(shown, failure) from None
            raise InvalidRequest(
                f"'{shown}': there is no server of that name.",
                fix="Correct the address.",
                target="input",
            ) from None
        except (OSError, http.client.HTTPException, UnicodeError) as failure:
            raise _unanswered(shown, failure) from None


def _next(url: str, location: str, shown: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise InvalidRequest(
            f"'{shown}' is redirected to what is no address.",
            fix="Name the address where the file lies.",
            target="input",
        ) from None


def _unanswered(shown: str, failure: Exception) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"'{shown}' did not come: {words_of(failure)}.",
        fix="Try again in a moment; if it stays, check that the server is up.",
        target="input",
    )


def _check(status: int, shown: str) -> None:
    if status in GONE:
        raise NotFound(f"There is no file '{shown}'.", fix="Correct the address.", target="input")
    if status in REFUSALS:
        raise StoreRefuses(
            f"The server of '{shown}' does not let this service read it: {status}.",
            fix="Use an address that opens without signing in.",
            target="input",
        )
    if status >= SERVER_ERRORS or status == TOO_MANY:
        raise ServiceUnavailable(
            f"'{shown}' did not come: the server answered {status}.",
            fix="Try again in a moment.",
            target="input",
        )
    if status >= CLIENT_ERRORS or status < SUCCESSES:
        raise InvalidRequest(
            f"'{shown}' cannot be read: the server answered {status}.",
            fix="Name an address that a plain GET reads.",
            target="input",
        )
