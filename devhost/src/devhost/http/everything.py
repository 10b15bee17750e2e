"""A route for every target, `*` too, that takes every Expect header."""

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.typedefs import Handler

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Everything(web.PlainResource):
    def _match(self, path: str) -> dict[str, str]:
        return {"path": path}


def add_everything(application: web.Application, handler: Handler) -> None:
    """What no route before it has taken."""
    everything = _Everything("/")
    everything.add_route("*", handler, expect_handler=meet_expectation)
    application.router.register_resource(everything)


async def meet_expectation(request: web.Request) -> None:
    """As the real host's web server: other expectations than 100-continue it overlooks."""
    expects = request.headers.get(hdrs.EXPECT, "").lower() == "100-continue"
    if expects and request.version == HttpVersion11:
        await request.writer.write(CONTINUE)
        request.writer.output_size = 0  # that was no part of the answer
