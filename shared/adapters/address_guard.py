"""Which servers the service may call for a client: the guard around every address that one named.

1. An address is taken apart once: its scheme, its host, its port; a user in it is refused.
2. The host is looked up once, and every address that comes back is judged: one that is not public
   condemns the name.
3. The connection goes to the address that was judged. Nobody looks the name up again, so that a
   name server which answers differently the next time (DNS rebinding) gains nothing.

A redirect is another address, to be judged in the same way by whoever wants to follow it.
"""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from shared.domain.errors import InvalidRequest

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network
type Resolve = Callable[[str, int], Sequence[str]]

PORTS = {"https": 443, "http": 80}
# Below that only the web's own: mail, databases' neighbours and shells speak other languages.
LOWEST_FREE_PORT = 1024
LONGEST_QUOTE, LONGEST_LABEL = 200, 63
CONTROL = re.compile(r"[\x00-\x20\x7f\\]")

NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the clouds' metadata services
        "168.63.129.16/32",  # Azure's own host behind every machine
        "100.100.100.200/32",  # Alibaba's metadata service
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "fd00:ec2::/32",  # Amazon's metadata service
        "ff00::/8",
    )
)
"""Not even on a developer's machine."""

PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # between providers and their customers
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "::1/128",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
    )
)
"""Of one network or none; `ipaddress` knows most of them, and this list does not change with it."""

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
COMPATIBLE, TRANSLATED = IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96")
ISATAP = (0x00005EFE, 0x02005EFE)
"""In whatever network: what is before the last four bytes of an address that tunnels IPv4."""
PUBLIC = (IPv6Network("2000::/3"), *NAT64)
"""All that was ever given to anybody."""


class AddressRefused(Exception):
    """An address that the service does not call, in words."""


@dataclass(frozen=True)
class Destination:
    """Where to connect, and as whom: `host` is what certificates and the Host header name."""

    scheme: str
    host: str
    port: int
    target: str
    addresses: tuple[str, ...] = ()

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name, as the system's resolver tells it; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class AddressGuard:
    """`allows_private` and `allows_http` are for a machine of one's own, and what runs on it."""

    allows_private: bool = False
    allows_http: bool = False
    resolve: Resolve = look_up

    def check(self, url: str, *, target: str) -> None:
        """Raise InvalidRequest for what could never be called; nothing is looked up."""
        try:
            destination = self._parse(url)
            if (address := _literal(destination.host)) is not None:
                self._judge(address, destination.host)
        except AddressRefused as refused:
            problem, _, fix = str(refused).partition(". ")
            raise InvalidRequest(f"{problem}.", fix=fix, target=target) from None

    def destination(self, url: str) -> Destination:
        """Where to connect for this address, judged; raises AddressRefused.

        OSError says that there is no such name. It is to be called anew for each connection, and
        each hop of a redirect.
        """
        parsed = self._parse(url)
        literal = _literal(parsed.host)
        found = [str(literal)] if literal else self.resolve(parsed.host, parsed.port)
        if not found:
            raise AddressRefused(f"'{parsed.host}' has no address. Name a server that there is.")
        for text in found:
            self._judge(ip_address(text.partition("%")[0]), parsed.host)
        return Destination(
            parsed.scheme, parsed.host, parsed.port, parsed.target, tuple(dict.fromkeys(found))
        )

    def _parse(self, url: str) -> Destination:
        parts, port = _split(url)
        scheme = parts.scheme.lower()
        if scheme not in PORTS or (scheme == "http" and not self.allows_http):
            raise AddressRefused(
                f"'{_quoted(url)}' is no https address. Write https://<server>/<path>."
            )
        if parts.username is not None or parts.password is not None:
            raise AddressRefused(
                f"An address at '{parts.hostname}' has a user or a password in it. "
                "Leave them out: messages are signed."
            )
        host = _host(parts, url)
        number = PORTS[scheme] if port is None else port
        if number not in PORTS.values() and number < LOWEST_FREE_PORT:
            raise AddressRefused(
                f"Port {number} of '{host}' is no web server's. Use 443, 80, or one from "
                f"{LOWEST_FREE_PORT}."
            )
        query = f"?{parts.query}" if parts.query else ""
        return Destination(scheme, host, number, f"{parts.path or '/'}{query}")

    def _judge(self, address: Address, host: str) -> None:
        for one in _meant(address):
            if _is_in(one, NEVER) or (not self.allows_private and _is_private(one)):
                raise AddressRefused(
                    f"'{host}' is {one}, which is not a public address. "
                    "Name a server that the internet reaches."
                )


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The address's parts and its port; raises AddressRefused for what is no address."""
    strange = AddressRefused(
        f"'{_quoted(url)}' is not an address. Write https://<server>/<path>, escaped."
    )
    if CONTROL.search(url) or not url.isascii():
        raise strange
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise strange from None
    return parts, port


def _host(parts: SplitResult, url: str) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise AddressRefused(f"'{_quoted(url)}' names no server. Write https://<server>/<path>.")
    if ":" not in host and not all(1 <= len(label) <= LONGEST_LABEL for label in host.split(".")):
        raise AddressRefused(
            f"'{host[:LONGEST_QUOTE]}' is no server's name: between its dots are 1 to "
            f"{LONGEST_LABEL} characters. Write https://<server>/<path>."
        )
    return host


def _literal(host: str) -> Address | None:
    """The address that a host is written as, in any form that a resolver would take; else None."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
    except OSError:
        return None


def _meant(address: Address) -> list[Address]:
    """The address, and those of IPv4 that it stands for."""
    if isinstance(address, IPv4Address):
        return [address]
    inner: list[IPv4Address | None] = [address.ipv4_mapped, address.sixtofour]
    inner += list(address.teredo or ())
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    is_tunnel = int(address) >> 32 & 0xFFFFFFFF in ISATAP
    if is_tunnel or any(address in network for network in (*NAT64, TRANSLATED)):
        inner.append(last)
    if address in COMPATIBLE and int(address) > 1:
        inner.append(last)
    return [address, *(one for one in inner if one is not None)]


def _is_private(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or _is_in(address, NAT64)):
        return False  # judged by the address inside
    if isinstance(address, IPv6Address) and not _is_in(address, PUBLIC):
        return True
    return _is_in(address, PRIVATE) or not address.is_global


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _quoted(url: str) -> str:
    """Without its query, which may be a key, and without its user."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])[:LONGEST_QUOTE]
