"""An incoming HTTP request as the real host passes it to the Python worker."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from devhost.http.paths import LONGEST_TARGET, origin_form, query_values
from devhost.worker.function_invocation import HttpCall

LARGEST_BODY = 100 * 1024 * 1024  # bytes; beyond it the real host breaks the connection
LARGEST_HEADERS = 32 * 1024  # bytes over all headers; beyond it 431
TARGET_TOO_LONG, HEADERS_TOO_LARGE, BAD_REQUEST = 414, 431, 400


class TooLarge(Exception):
    """The body is over the limit: the connection is to be cut."""


@dataclass(frozen=True)
class HttpRefusal(Exception):
    """A request that the web server of the real host answers by itself."""

    status: int


def check_limits(request: web.Request) -> None:
    """Refuse what the real host's web server would not let through."""
    if len(request.raw_path) > LONGEST_TARGET:
        raise HttpRefusal(TARGET_TOO_LONG)
    if sum(len(name) + len(value) + 4 for name, value in request.raw_headers) > LARGEST_HEADERS:
        raise HttpRefusal(HEADERS_TOO_LARGE)
    if any(_is_not_utf8(value) for _, value in request.raw_headers):
        raise HttpRefusal(BAD_REQUEST)


async def http_call(request: web.Request, route_values: Mapping[str, str]) -> HttpCall:
    """The request as data. A body that does not say its length arrives empty."""
    return HttpCall(
        method=request.method.upper(),
        url=f"{request.scheme}://{host_of(request)}{origin_form(request.raw_path)}",
        headers=_headers(request),
        query=query_values(request.raw_path),
        route_values=route_values,
        body=await _body(request),
    )


def host_of(request: web.Request) -> str:
    """The Host header, whatever the form of the target."""
    return request.headers.get("Host", request.host)


async def _body(request: web.Request) -> bytes:
    length = request.content_length
    if length is None:
        async for _ in request.content.iter_any():
            pass
        return b""
    if length > LARGEST_BODY:
        raise TooLarge
    return await request.content.read(-1)


def _headers(request: web.Request) -> dict[str, str]:
    """Names in lower case; values of a repeated header joined by commas."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers


def _is_not_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
