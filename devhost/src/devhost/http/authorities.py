"""Host names with ports, as the headers Host and Origin and the option --allow-host have them."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
LARGEST_PORT = 65_535

# Nothing else: user names, paths, escapes and blanks make two readers see two hosts.
_FORM = re.compile(r"(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]+)(?::([0-9]{0,5}))?")
_ORIGIN = re.compile(r"(https?)://(.+)", re.IGNORECASE)

type Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Authority:
    """`host` in lower case, without a final dot and brackets; without a port: the scheme's own."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what is none."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"'{text}' is no host name or address with a port.")
        host = found[1].strip("[]").lower().removesuffix(".")
        port = int(found[2]) if found[2] else None
        if not host or (port or 0) > LARGEST_PORT:
            raise ValueError(f"'{text}' is no host name or address with a port.")
        if "[" in found[1]:
            IPv6Address(host)
        return cls(host, port)

    @classmethod
    def of_url(cls, url: str) -> Self | None:
        """That of `http(s)://host:port/...`; None for what is no such URL."""
        try:
            return cls.parse(urlsplit(url).netloc)
        except ValueError:
            return None

    @property
    def address(self) -> Address | None:
        """None for a name."""
        return plain_address(self.host)


@dataclass(frozen=True)
class Origin:
    """Where a page is from."""

    scheme: str
    authority: Authority

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for `null`, and for what is no origin of the web."""
        found = _ORIGIN.fullmatch(text)
        try:
            return cls(found[1].lower(), Authority.parse(found[2])) if found else None
        except ValueError:
            return None

    @property
    def port(self) -> int:
        return self.authority.port or DEFAULT_PORTS[self.scheme]


def plain_address(text: str) -> Address | None:
    """An IPv4 address inside an IPv6 one is itself."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return inner or found
