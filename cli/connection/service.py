"""The service's REST routes, with its refusals as errors in words."""

import json
import uuid
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from urllib.parse import quote, urlencode
from urllib.response import addinfourl

from cli.answers import JSON
from cli.connection.tokens import Tokens
from cli.connection.transport import Answer, Transport
from cli.errors import CommandError, ResourceNotFound, Unreachable

PROVIDER = "providers/Microsoft.MachineLearningServices/workspaces"
API_VERSION = "2024-04-01"
GONE_FOR_NOW = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
"""What a gateway, or the service itself, says while it starts."""


class Service:
    """Paths are below the workspace; those that begin with '/' below the address, URLs whole.

    `url` has no slash at its end; `workspace` is the workspace's ARM id.
    """

    def __init__(self, url: str, workspace: str, tokens: Tokens, transport: Transport) -> None:
        self.url = url
        self.workspace = workspace
        self.tokens = tokens
        self._transport = transport

    @property
    def ca_bundle(self) -> str:
        """A PEM file of the authorities of its storage, too; '': the usual ones."""
        return self._transport.ca_bundle

    def get(self, path: str, query: Mapping[str, str] | None = None) -> JSON:
        return _read(self.send("GET", path, query=query))

    def put(self, path: str, body: JSON, headers: Mapping[str, str] | None = None) -> JSON:
        return _read(self.send("PUT", path, body, headers=headers))

    def patch(self, path: str, body: JSON) -> JSON:
        return _read(self.send("PATCH", path, body))

    def post(
        self,
        path: str,
        body: JSON,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> JSON:
        """It carries a request id, by which a repeated POST is one."""
        request_id = {"repeatability_request-id": str(uuid.uuid4())}
        return _read(self.send("POST", path, body, request_id | dict(headers or {}), query))

    def read_link(self, url: str) -> bytes:
        """What a signed link leads to; no token goes with it."""
        answer = self._transport.send("GET", url, {})
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(answer)
        return answer.body

    def open_link(self, url: str, headers: Mapping[str, str]) -> addinfourl:
        """The same, to be read piece by piece, whatever its status; raises one of BROKEN."""
        return self._transport.open(url, headers)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[JSON]:
        """Each item of a list, page by page."""
        page = self.get(path, query)
        while True:
            if not isinstance(page, dict) or not isinstance(page.get("value"), list):
                raise _not_the_service("no list")
            yield from page["value"]
            if not page.get("nextLink"):
                return
            page = self.get(page["nextLink"])

    def send(
        self,
        method: str,
        path: str,
        body: JSON = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer; raises CommandError or ResourceNotFound, with the service's words."""
        url = self.address(path, query)
        content = None if body is None else json.dumps(body).encode()
        answer = self._exchange(method, url, content, headers or {})
        if answer.status == HTTPStatus.UNAUTHORIZED and self.tokens.renew():
            answer = self._exchange(method, url, content, headers or {})
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(answer)
        return answer

    def address(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The whole URL of a path; names in it may have any letters."""
        if path.startswith(("http://", "https://")):
            return url_with(path, query or {})
        is_arm = not path.startswith("/")
        base = f"{self.url}{self.workspace}/" if is_arm else self.url
        version = {"api-version": API_VERSION} if is_arm else {}
        return url_with(base + quote(path, safe="/@:"), version | dict(query or {}))

    def _exchange(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        sent = {
            "Authorization": f"Bearer {self.tokens.token()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            **headers,
        }
        return self._transport.send(method, url, sent, content)


def url_with(url: str, query: Mapping[str, str]) -> str:
    """The URL with a query of its own, and more of it."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _read(answer: Answer) -> JSON:
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        raise _not_the_service("not JSON") from None


def _not_the_service(what: str) -> CommandError:
    return CommandError(
        f"The answer is {what}, so this is not the service, or a gateway stands before it.",
        fix="Check the address: --url, BEP_URL, 'bep login --url'.",
    )


def refusal(answer: Answer) -> CommandError:
    """The service's own words, and the kind of error that its status is."""
    message, target = _message(answer)
    if answer.status == HTTPStatus.NOT_FOUND:
        return ResourceNotFound(message or "There is no such thing.", fix=target)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return CommandError(message or "The token was refused.", fix="Sign in again: bep login.")
    if answer.status in GONE_FOR_NOW:
        return Unreachable(message or f"The service answered {answer.status}.", fix=target)
    return CommandError(message or f"The service answered {answer.status}.", fix=target)


def _message(answer: Answer) -> tuple[str, str]:
    try:
        error = json.loads(answer.body)["error"]
        return str(error["message"]), ""
    except (ValueError, KeyError, TypeError):
        return "", "See the log of the service."
