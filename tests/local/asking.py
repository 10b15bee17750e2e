"""Asking a server of this machine for JSON."""

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


def ask(url: str) -> Any:
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise FileNotFoundError(f"{url} answers {answer.status}.")
        return json.load(answer)
