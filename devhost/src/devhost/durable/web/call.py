"""One call of the HTTP API: what the handlers read from it, and the answers they give."""

import json
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from aiohttp import web

BASE = "/runtime/webhooks/durabletask"
_compact = partial(json.dumps, separators=(",", ":"))
_MOST, _DIGITS = 10**6, 18  # rows that one answer has at most; digits that such a number has
TOKEN = "x-ms-continuation-token"  # noqa: S105 - the name of a header


class Call:
    """A request whose query names are without regard to case."""

    def __init__(self, request: web.Request, names: Sequence[str]) -> None:
        self.request = request
        self.names = names
        self._query: dict[str, list[str]] = {}
        for name, value in request.query.items():
            self._query.setdefault(name.lower(), []).append(value)

    @property
    def origin(self) -> str:
        """Where the client found us: links are built from the Host header."""
        host = self.request.headers.get("Host", self.request.host)
        return f"{self.request.scheme}://{host}"

    def query(self, name: str) -> str | None:
        """A repeated name counts by its first value; an empty value as none."""
        return self._query.get(name.lower(), [""])[0] or None

    def values(self, name: str) -> list[str]:
        """All values, whether repeated or parted by commas."""
        found = self._query.get(name.lower(), [])
        return [value.strip() for text in found for value in text.split(",") if value.strip()]

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = (self.query(name) or "").lower()
        return default if value not in ("true", "false") else value == "true"

    def seconds(self, name: str) -> float | None:
        """None for what is not a number of seconds."""
        try:
            value = float(self.query(name) or "")
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def count(self, name: str, default: int) -> int:
        text = self.query(name) or ""
        number = int(text) if text.isdecimal() and len(text) <= _DIGITS else 0
        return min(number, _MOST) or default

    async def body(self) -> str:
        return (await self.request.read()).decode("utf-8", errors="replace").lstrip("\ufeff")


def empty(status: int) -> web.Response:
    return web.Response(status=status)


def answer(body: Any, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(body, status=status, headers=named, dumps=_compact)


def message(status: int, text: str) -> web.Response:
    return answer({"Message": text}, status)


def server_error(text: str, kind: str) -> web.Response:
    return _thrown(500, "Something went wrong while processing your request", text, kind)


def bad_argument(text: str) -> web.Response:
    summary = "One or more of the arguments submitted is incorrect"
    return _thrown(400, summary, text, "System.ArgumentException")


def _thrown(status: int, summary: str, text: str, kind: str) -> web.Response:
    """As the real host tells an exception; its stack would be of no use here."""
    body = {"Message": summary, "ExceptionMessage": text, "ExceptionType": kind, "StackTrace": ""}
    return answer(body, status)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
