"""Who may call: no web page of elsewhere may work what listens on this machine.

A browser sends any page's requests to any address. What it says of them, pages cannot forge:

1. Host is the name that the page believes to call. A foreign name that leads here is refused:
   to the browser such a page would be ours, and read every answer (DNS rebinding).
2. Origin is where the page is from; it is with every request but plain GETs.
3. Sec-Fetch-Site tells of those. Following a link to here is no fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from devhost.http.authorities import DEFAULT_PORTS, Authority, Origin, plain_address

_LONGEST_QUOTE = 200  # characters of a header in a refusal
_OWN_SITE = frozenset({"none", "same-origin"})  # typed or bookmarked; a page of ours


@dataclass(frozen=True)
class Unwelcome(Exception):
    """A request that is refused, and why."""

    status: HTTPStatus
    reason: str


class Callers:
    """Knows this machine's own names with the served port, and those that were added."""

    def __init__(self, own: str, port: int, *, is_tls: bool, added: Iterable[Authority]) -> None:
        # Of addresses, 0.0.0.0 is none to call; others are known by the connection.
        self._names = {"localhost"} | ({own.lower()} if plain_address(own) is None else set())
        self._scheme = "https" if is_tls else "http"
        self._port = port
        self._ports = {port}
        self._added = frozenset(added)

    def also_at(self, port: int) -> None:
        """A guest's, which passes on what it is asked."""
        self._ports.add(port)

    def check(self, request: web.Request) -> None:
        """Raises Unwelcome."""
        self._check_host(request)
        self._check_page(request)

    def _check_host(self, request: web.Request) -> None:
        for text in (_only_host(request), *_host_of_target(request)):
            try:
                host = Authority.parse(text)
            except ValueError:
                raise Unwelcome(
                    HTTPStatus.BAD_REQUEST,
                    f"The host '{text[:_LONGEST_QUOTE]}' is no name or address. "
                    f"Send a Host header such as 'localhost:{self._port}'.",
                ) from None
            if not self._is_known(host, host.port or DEFAULT_PORTS[self._scheme], request):
                raise Unwelcome(
                    HTTPStatus.FORBIDDEN,
                    f"The host '{text[:_LONGEST_QUOTE]}' is none that is served here. "
                    f"Ask '{self._scheme}://localhost:{self._port}', or {_allowing(text)}.",
                )

    def _check_page(self, request: web.Request) -> None:
        origins = request.headers.getall("Origin", [])
        if origins and all(self._is_own_page(text, request) for text in origins):
            return
        if origins or _comes_from_elsewhere(request):
            page = f"of '{', '.join(origins)[:_LONGEST_QUOTE]}'" if origins else "of another site"
            raise Unwelcome(
                HTTPStatus.FORBIDDEN,
                f"A web page {page} may not call this host. "
                f"If the page is yours, {_allowing(_name_of(origins))}.",
            )

    def _is_own_page(self, text: str, request: web.Request) -> bool:
        """A page that hides its origin is ours if the browser says so."""
        origin = Origin.parse(text)
        if origin is None:
            return text == "null" and request.headers.get("Sec-Fetch-Site") == "same-origin"
        if self._was_added(origin.authority, origin.port):
            return True
        is_served = self._is_known(origin.authority, origin.port, request)
        return is_served and origin.scheme == self._scheme

    def _is_known(self, host: Authority, port: int, request: web.Request) -> bool:
        if self._was_added(host, port):
            return True
        return port in self._ports and (host.host in self._names or _is_here(host, request))

    def _was_added(self, host: Authority, port: int) -> bool:
        """Without a port of its own, a name is good for the usual ones."""
        usual = {self._port, *DEFAULT_PORTS.values()}
        return Authority(host.host, port) in self._added or (
            port in usual and Authority(host.host) in self._added
        )


def _only_host(request: web.Request) -> str:
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1:
        raise Unwelcome(
            HTTPStatus.BAD_REQUEST,
            f"The request has {len(hosts)} Host headers. Send one, with the name and the port.",
        )
    return hosts[0]


def _host_of_target(request: web.Request) -> list[str]:
    """A proxy's form of a target, `http://host/path`, has one too."""
    target = request.raw_path
    if target.startswith("/") or "://" not in target:
        return []
    return [target.partition("://")[2].partition("/")[0].partition("?")[0]]


def _is_here(host: Authority, request: web.Request) -> bool:
    """Of this machine, or the very address that the client connected to: no name can rebind."""
    address = host.address
    if address is None or address.is_loopback:
        return address is not None
    if request.transport is None:
        return False
    here, *_ = request.transport.get_extra_info("sockname") or ("",)
    return address == plain_address(str(here).partition("%")[0])


def _comes_from_elsewhere(request: web.Request) -> bool:
    """A page's picture, script or frame; not a link that somebody follows."""
    headers = request.headers
    if headers.get("Sec-Fetch-Site", "none") in _OWN_SITE:
        return False
    is_link = (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest"))
    return request.method not in {"GET", "HEAD"} or is_link != ("navigate", "document")


def _name_of(origins: Iterable[str]) -> str:
    named = next(filter(None, map(Origin.parse, origins)), None)
    if named is None:
        return "HOST:PORT"
    host = f"[{named.authority.host}]" if ":" in named.authority.host else named.authority.host
    return f"{host}:{named.port}"


def _allowing(name: str) -> str:
    return f"start it with --allow-host {name[:_LONGEST_QUOTE]}"
