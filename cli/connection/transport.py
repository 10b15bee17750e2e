"""One HTTP exchange after another with the service, by the standard library's client.

It starts in a tenth of the time of the well-known clients, and a `show` is one exchange. Proxies
(HTTPS_PROXY, NO_PROXY) and certificates (REQUESTS_CA_BUNDLE, SSL_CERT_FILE) are as everywhere.
"""

import http.client
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    AbstractHTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
    getproxies,
    proxy_bypass,
)
from urllib.response import addinfourl

from cli.errors import CommandError, Unreachable

PAUSES_S = (0.2, 0.5, 1.0)
"""Between tries: a service that restarts is back within these, or not at all."""
LONGEST_RETRY_AFTER_S = 20.0
TIMEOUT_S = 120.0
"""A deployment's PUT answers after 20 s at the latest; a cold start may add its own time."""
AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
NOT_HTTP = frozenset({http.client.BadStatusLine, http.client.UnknownProtocol})
BROKEN = (URLError, http.client.HTTPException, ConnectionError, TimeoutError)


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float:
        """Seconds that the service asks to wait; 1 when it does not say."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.replace(".", "", 1).isdigit() else 1.0


class _NoRedirect(HTTPRedirectHandler):
    """A redirect leads to storage: the token must not follow it."""

    def redirect_request(self, *_: object) -> None:
        return None


class _Https(HTTPSHandler):
    """Whom to trust is read for the first https address: http needs none of it."""

    def __init__(self, ca_bundle: str) -> None:
        AbstractHTTPHandler.__init__(self)  # HTTPSHandler's own would read the system's at once
        self._ca_bundle = ca_bundle
        self._trust: ssl.SSLContext | None = None

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        self._trust = self._trust or trust(self._ca_bundle)
        return self.do_open(http.client.HTTPSConnection, request, context=self._trust)


class Transport:
    """`ca_bundle` is a PEM file trusted beside the usual authorities; '': none."""

    def __init__(self, ca_bundle: str = "") -> None:
        self.ca_bundle = ca_bundle
        self._opener: OpenerDirector | None = None

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """The service's answer, whatever its status; what is unreachable is tried again.

        Every request may be sent twice: PUT and DELETE say what shall be, and invocations carry a
        request id. Raises CommandError when the service cannot be reached.
        """
        request = Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310
        for pause_s in (*PAUSES_S, None):
            try:
                answer = self._exchange(request)
            except BROKEN as error:
                if pause_s is None or _is_lasting(error):
                    raise _unreachable(url, error) from error
                time.sleep(pause_s)
                continue
            if answer.status not in AGAIN or pause_s is None:
                return answer
            time.sleep(min(answer.retry_after_s, LONGEST_RETRY_AFTER_S))
        raise AssertionError("unreachable")

    def open(self, url: str, headers: Mapping[str, str]) -> addinfourl:
        """The answer to one GET, whatever its status, to be read piece by piece; tried once.

        Raises one of BROKEN.
        """
        self._opener = self._opener or self._open()
        request = Request(url, headers=dict(headers))  # noqa: S310
        try:
            reply: addinfourl = self._opener.open(request, timeout=TIMEOUT_S)
        except HTTPError as refusal:
            return refusal
        return reply

    def _exchange(self, request: Request) -> Answer:
        self._opener = self._opener or self._open()
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as reply:
                return Answer(reply.status, _lower(reply.headers), reply.read())
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, _lower(refusal.headers), refusal.read())

    def _open(self) -> OpenerDirector:
        return build_opener(_Https(self.ca_bundle), _NoRedirect())


def trust(ca_bundle: str) -> ssl.SSLContext:
    """Raises CommandError when a file that is to be trusted cannot be read."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or ca_bundle
    context = ssl.create_default_context()
    if bundle:
        try:
            context.load_verify_locations(**{_kind(bundle): bundle})
        except OSError as error:
            raise CommandError(
                f"The certificates in '{bundle}' cannot be read: {error}.",
                fix="Let REQUESTS_CA_BUNDLE name a PEM file, or unset it.",
            ) from error
    return context


def authorities(ca_bundle: str) -> bytes:
    """The certificates that are trusted beside the system's, as PEM: for other clients."""
    bundle = Path(os.environ.get("REQUESTS_CA_BUNDLE") or ca_bundle or _system_file())
    files = sorted(bundle.glob("*.pem")) if bundle.is_dir() else [bundle]
    return b"\n".join(file.read_bytes() for file in files if file.is_file())


def _system_file() -> str:
    """What SSL_CERT_FILE names; else the system's own file, if it has one."""
    return ssl.get_default_verify_paths().cafile or os.devnull


def _kind(bundle: str) -> str:
    return "capath" if Path(bundle).is_dir() else "cafile"


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _is_lasting(error: Exception) -> bool:
    """No other try would end differently: a bad certificate, a host that does not exist."""
    reason = getattr(error, "reason", error)
    return isinstance(reason, ssl.SSLCertVerificationError) or (
        isinstance(reason, ssl.SSLError) and reason.reason == "WRONG_VERSION_NUMBER"
    )


def _unreachable(url: str, error: Exception) -> CommandError:
    origin = "/".join(url.split("/", 3)[:3])
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return CommandError(
            f"The certificate of {origin} is not trusted: {reason.verify_message}.",
            fix="Let REQUESTS_CA_BUNDLE name the file of its authority (PEM).",
        )
    if isinstance(reason, ssl.SSLError) and _is_lasting(error):
        return CommandError(
            f"What listens at {origin} speaks no https: {reason.reason}.",
            fix="Begin the address with http://, or serve https (./run serve --tls).",
        )
    if type(reason) in NOT_HTTP:
        return Unreachable(
            f"What listens at {origin} speaks no HTTP.",
            fix="Name the service's address by --url, BEP_URL or 'bep login --url'.",
        )
    words = " ".join(str(reason).split()) or type(error).__name__
    if proxy := _proxy(url):
        return Unreachable(
            f"The service at {origin} cannot be reached by the proxy {proxy}: {words}.",
            fix="Name the service's host in NO_PROXY, or mend HTTP_PROXY and HTTPS_PROXY.",
        )
    return Unreachable(
        f"The service at {origin} cannot be reached: {words}.",
        fix="Start it (./run serve), or name another by --url, BEP_URL or 'bep login --url'.",
    )


def _proxy(url: str) -> str:
    """The host of the proxy that stands before the address; '' without one."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return ""
    return getproxies().get(parts.scheme, "").rpartition("@")[2]
