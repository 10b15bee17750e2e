"""What a function answered, as the real host puts it on the wire."""

import logging

from aiohttp import web

from devhost.worker.function_invocation import HttpReply

log = logging.getLogger(__name__)

SERVER = "Kestrel"
SERVER_ERROR = 500
# The web server owns these; a function that sets one breaks its reply on the real host. Only a
# Content-Length that is right does no harm: every ASGI app sends one.
FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


def empty(status: int) -> web.Response:
    return web.Response(status=status, headers={"Content-Length": "0"})


def in_words(status: int, text: str) -> web.Response:
    """A text that may repeat what the client sent: never to be taken for a page."""
    headers = {"X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, text=f"{text}\n", headers=headers)


def server_error() -> web.Response:
    return empty(SERVER_ERROR)


def http_response(function: str, reply: HttpReply, *, may_chunk: bool) -> web.Response:
    """Chunked when there is a body and no length, as the real host sends it over HTTP/1.1."""
    headers = [one for one in reply.headers if not _is_true_length(one, reply)]
    problem = next(filter(None, (_problem(name, value) for name, value in headers)), None)
    if problem:
        log.error("'%s' answered with %s: the real host cannot send that.", function, problem)
        return server_error()
    response = web.Response(status=reply.status, body=reply.body or None)
    for name, value in headers:
        _put(response, name, value)
    if may_chunk and reply.body and len(headers) == len(reply.headers):
        response.enable_chunked_encoding()
    return response


def _is_true_length(header: tuple[str, str], reply: HttpReply) -> bool:
    name, value = header
    return name.lower() == "content-length" and value == str(len(reply.body))


def _put(response: web.Response, name: str, value: str) -> None:
    if name.lower() == "set-cookie":
        response.headers.add(name, value)
    else:
        response.headers[name] = value


def _problem(name: str, value: str) -> str:
    if name.lower() in FRAMING:
        return f"the header {name}, which belongs to the web server"
    if not value.isascii() or "\r" in value or "\n" in value:
        return f"a line break or a character beyond ASCII in the header {name}"
    return ""
