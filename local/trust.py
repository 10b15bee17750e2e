"""Whom the stack and its clients trust: everybody they trusted before, and the local authority."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import certifi

from devhost.private_files import replace
from devhost.tls.certificates import READABLE
from local.stack_errors import Refused

VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Which file a program trusts: requests and Azure's clients read the first, OpenSSL and uv the
second."""

_OWN = b"\n# The authority of ./run serve --tls follows.\n"


def write_bundle(bundle: Path, authority: Path, variables: Mapping[str, str] = os.environ) -> None:
    """What `variables` name, else the usual authorities, and then `authority`. Raises Refused.

    A bundle of ours that they name, because the shell is a client's too, counts without its end.
    """
    public = b"\n".join(dict.fromkeys(_public(variables)))
    replace(bundle, public + _OWN + authority.read_bytes(), mode=READABLE)


def _public(variables: Mapping[str, str]) -> Iterator[bytes]:
    named = [name for name in VARIABLES if variables.get(name)]
    for name in named:
        yield _content(name, Path(variables[name]))
    if not named:
        yield Path(certifi.where()).read_bytes()


def _content(variable: str, path: Path) -> bytes:
    """The variable may name a folder: requests takes both."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        texts = dict.fromkeys(each.read_bytes() for each in files if each.is_file() or each == path)
    except OSError as error:
        raise Refused(
            f"{variable} is '{path}', which cannot be read: {error.strerror}.",
            fix="Let it name a file of certificates (PEM), or unset it.",
        ) from error
    return b"\n".join(text.partition(_OWN)[0] for text in texts)


def trusting(bundle: Path) -> dict[str, str]:
    """The variables that make a program trust the bundle."""
    return {name: str(bundle) for name in VARIABLES}
