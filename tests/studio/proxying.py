"""A reverse proxy that puts the service under a path, as gateways do, and takes the path off."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from aiohttp import ClientSession, web

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host"}
LIMIT_S = 30


class Proxy:
    def __init__(self, port: int, prefix: str) -> None:
        self.url = f"http://127.0.0.1:{port}{prefix}"
        self.target = ""
        self.outside = list[str]()
        """Paths that were asked for beside the prefix."""
        self._port, self._prefix = port, prefix

    async def serve(self, started: asyncio.Event, ending: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        started.set()
        await ending.wait()
        await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        if not request.path.startswith(f"{self._prefix}/"):
            self.outside.append(request.path)
            raise web.HTTPNotFound
        url = f"{self.target}{request.raw_path.removeprefix(self._prefix)}"
        headers = [pair for pair in request.headers.items() if pair[0].lower() not in HOP_BY_HOP]
        body = await request.read()
        async with ClientSession(auto_decompress=False) as session:
            sent = session.request(
                request.method, url, headers=headers, data=body, allow_redirects=False
            )
            async with asyncio.timeout(LIMIT_S), sent as answer:
                own = [pair for pair in answer.headers.items() if pair[0].lower() not in HOP_BY_HOP]
                return web.Response(status=answer.status, headers=own, body=await answer.read())


@contextmanager
def proxying(port: int, prefix: str) -> Iterator[Proxy]:
    """A proxy; its `target` is told once there is one."""
    proxy = Proxy(port, prefix)
    loop = asyncio.new_event_loop()
    started, ending = asyncio.Event(), asyncio.Event()
    thread = Thread(target=loop.run_until_complete, args=(proxy.serve(started, ending),))
    thread.start()
    asyncio.run_coroutine_threadsafe(started.wait(), loop).result(LIMIT_S)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(LIMIT_S)
        loop.close()
