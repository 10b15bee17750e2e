"""What a guest passes on to the host that has the hub: everything under /runtime."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, Fingerprint, web
from yarl import URL

from devhost.guests.messages import Welcome
from devhost.http.everything import meet_expectation
from devhost.http.replies import in_words
from devhost.http.requests import LARGEST_BODY, TooLarge

log = logging.getLogger(__name__)

_ROUTE = "/{_:(?i:runtime)}/{tail:(?s:.*)}"
# Of one connection; each of the two has its own.
_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")


class Forwarding:
    """The Durable HTTP API and the blob webhook are the hub's: its host answers them.

    Names, pages and keys were checked here before, by this host's own rules.
    """

    def __init__(self, host: Callable[[], Welcome | None]) -> None:
        self._host = host
        self._session: ClientSession | None = None

    def add_to(self, application: web.Application) -> None:
        application.router.add_route("*", _ROUTE, self.answer, expect_handler=meet_expectation)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if (request.content_length or 0) > LARGEST_BODY:
            raise TooLarge
        body = await request.content.read(-1)
        host = self._host()
        if host is None:
            return _nobody()
        try:
            return await self._pass_on(request, body, host)
        except (ClientError, OSError) as error:
            log.warning("The host with the task hub did not answer: %s", error)
            return _nobody()

    async def _pass_on(self, request: web.Request, body: bytes, host: Welcome) -> web.Response:
        self._session = self._session or ClientSession(auto_decompress=False)
        async with self._session.request(
            request.method,
            URL(host.url + request.rel_url.raw_path_qs, encoded=True),
            headers=[pair for pair in request.headers.items() if _passes(pair[0])],
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            data=body or None,
            allow_redirects=False,
            ssl=Fingerprint(bytes.fromhex(host.certificate)) if host.certificate else True,
        ) as reply:
            headers = [pair for pair in reply.headers.items() if _passes(pair[0])]
            response = web.Response(status=reply.status, body=await reply.read())
            for name, value in headers:
                response.headers[name] = value
            return response


def _passes(name: str) -> bool:
    return name.lower() not in _OF_THE_CONNECTION


def _nobody() -> web.Response:
    text = "The host with the task hub does not answer. Start it; this host joins it again."
    return in_words(HTTPStatus.SERVICE_UNAVAILABLE, text)
