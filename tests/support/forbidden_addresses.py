"""Addresses that nobody may lead the service to, in every disguise: for whatever takes addresses.

Each is a way in that somebody tried somewhere: to this machine, its network, its cloud's metadata.
"""

from collections.abc import Mapping

PRIVATE = (
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fc00::1",
    "fd12:3456::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",  # translated (SIIT)
    "2001:470::5efe:127.0.0.1",  # ISATAP
    "2001:470::200:5efe:10.0.0.1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:7f00:1::",  # Teredo, whose server is this machine
    "64:ff9b::7f00:1",
    "64:ff9b::10.1.2.3",
    "64:ff9b:1::192.168.0.1",
    "::127.0.0.1",
    "1000::1",  # of nobody yet
    "4000::1",
)
NEVER = (
    "0.0.0.0",  # noqa: S104  # judged, not bound
    "0.1.2.3",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.0.1",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:169.254.169.254",
    "::ffff:0:169.254.169.254",
    "2001:470::5efe:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "::169.254.169.254",
)
"""Not even on a machine of one's own."""

DISGUISED = (
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "1",
    "0",
    "10.1",
    "3232235777",
    "0xc0a80101",
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "169.254.169.254.",
)
"""As resolvers read them, whatever they look like."""

NAMES: Mapping[str, str] = {
    "localhost": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "LOCALHOST": "127.0.0.1",
    "ip6-localhost": "::1",
    "127.0.0.1.hooks.example.com": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "metadata": "169.254.169.254",
    "instance-data.ec2.internal": "169.254.169.254",
    "kubernetes.default.svc": "10.96.0.1",
    "xn--fiqs8s.example.com": "192.168.0.10",
    "mixed.example.com": "fe80::1%eth0",
    "0x7f.0.0.1.example.com": "::ffff:127.0.0.1",
    "blob.core.windows.net.example.com": "10.0.0.4",
}
"""Names, and what a resolver says of them."""

TRICKS = (
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com:443@127.0.0.1/",
    "https://hooks.example.com%40127.0.0.1/",
    "https://hooks.example.com%00.127.0.0.1/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\@hooks.example.com/",
    "https://ada:pw@hooks.example.com/",
    "https://@hooks.example.com/",
    "https://127.0.0.1#@hooks.example.com/x",
    "https://127.0.0.1?@hooks.example.com/x",
    "https://hooks.example.com/\r\nHost: 127.0.0.1",
    "https://hooks.example.com\t@127.0.0.1/",
    "https://127.0.0.1%2f@hooks.example.com/",
    "https:\\\\127.0.0.1/",
    "https:///127.0.0.1/",
    "https:127.0.0.1/",
    "https://１２７.０.０.１/",  # noqa: RUF001  # digits that are none of ASCII's
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://loc\u00adalhost/",
    "https://[::1",
    "https://[::1%25lo]/",
    "https://[fe80::1%25eth0]/",
    "https://[127.0.0.1]/",
    "https://[::ffff:127.0.0.1%2525]/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:25/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:-1/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:443:22/",
    "https://hooks.example.com:４４３/",  # noqa: RUF001
    "https://hooks..example.com/",
    "https://.127.0.0.1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "jar:https://127.0.0.1/x.jar!/",
    "//127.0.0.1/",
    "https://",
)
"""Addresses that two readers may read differently, or that are no web's."""


def url_of(host: str, scheme: str = "https", port: int = 0) -> str:
    where = f"[{host}]" if ":" in host else host
    return f"{scheme}://{where}{f':{port}' if port else ''}/x/in.csv"


FORBIDDEN = (*map(url_of, (*PRIVATE, *NEVER, *DISGUISED, *NAMES)), *TRICKS)
