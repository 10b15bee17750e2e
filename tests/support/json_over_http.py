"""Servers of this machine: a connection, by the scheme that they speak, and their JSON."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from ssl import create_default_context
from typing import Any
from urllib.parse import urlsplit

LIMIT_S = 60


def connect(url: str, trust: str = "") -> HTTPConnection:
    """`trust` is a file of authorities, for https."""
    netloc = urlsplit(url).netloc
    if not trust:
        return HTTPConnection(netloc, timeout=LIMIT_S)
    return HTTPSConnection(netloc, timeout=LIMIT_S, context=create_default_context(cafile=trust))


def get_json(url: str, *, trust: str = "") -> Any:
    with closing(connect(url, trust)) as connection:
        connection.request("GET", urlsplit(url).path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise FileNotFoundError(f"{url} answers {answer.status}.")
        return json.load(answer)
