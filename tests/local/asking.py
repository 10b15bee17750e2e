"""Asking a server of this machine for JSON."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from ssl import create_default_context
from typing import Any
from urllib.parse import urlsplit


def ask(url: str, *, trust: str = "") -> Any:
    """`trust` is a file of authorities, for https."""
    parts = urlsplit(url)
    with closing(_connection(parts.netloc, trust)) as connection:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise FileNotFoundError(f"{url} answers {answer.status}.")
        return json.load(answer)


def _connection(netloc: str, trust: str) -> HTTPConnection:
    if not trust:
        return HTTPConnection(netloc, timeout=30)
    return HTTPSConnection(netloc, timeout=30, context=create_default_context(cafile=trust))
