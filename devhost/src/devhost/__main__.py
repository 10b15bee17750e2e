"""`devhost APP_FOLDER --port N --state DIR`: serve an app until it is stopped."""

import asyncio
import sys
from functools import partial
from typing import NoReturn

from devhost.console_output import configure_logging
from devhost.host_errors import AppRefused, HostError
from devhost.options import Options, parse_options
from devhost.preparing import Prepared, prepare, read_settings
from devhost.reloading import RELOAD, Restart, SourceWatch
from devhost.start_guest import start_guest
from devhost.start_host import start_host
from devhost.start_up_text import routes_block, start_up_line
from devhost.stopping import StopSignal, exit_now

BROKEN = 1


async def serve(prepared: Prepared, restart: Restart) -> None:
    """Start, say so, and stop at the signal."""
    stop = StopSignal(prepared.options.grace_s, partial(end, restart, prepared.port))
    start = start_guest if prepared.options.joins else start_host
    host = await start(prepared, on_broken=partial(stop.begin, BROKEN))
    _greet(prepared)
    if prepared.options.reload:
        await _until_changed(prepared.options, stop)
    await stop.wait()
    await host.stop(prepared.options.grace_s)
    end(restart, prepared.port, stop.exit_code)


def _greet(prepared: Prepared) -> None:
    url, functions = prepared.url, prepared.functions
    if prepared.options.lists_routes:
        print(routes_block(url, functions, prepared.routes.all))  # noqa: T201  # the console
    print(start_up_line(url, functions), flush=True)  # noqa: T201  # the console


async def _until_changed(options: Options, stop: StopSignal) -> None:
    changed = asyncio.create_task(SourceWatch(options.app_folder).wait_for_change())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((changed, stopped), return_when=asyncio.FIRST_COMPLETED)
    if changed.done():
        print(f"\n'{changed.result()}' changed: starting anew.", flush=True)  # noqa: T201  # the console
        stop.begin(RELOAD)


def end(restart: Restart, port: int, code: int) -> None:
    """The last thing this process does, even when something in it hangs."""
    if code == RELOAD:
        restart.execute(port)
    exit_now(code)


def main(arguments: list[str]) -> int:
    options = parse_options(arguments)
    restart = Restart.as_now()
    try:
        settings = read_settings(options)
        configure_logging(settings.log_levels)
        asyncio.run(serve(prepare(options, settings), restart))
    except HostError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)  # noqa: T201  # the console
        if options.reload and isinstance(error, AppRefused):
            asyncio.run(SourceWatch(options.app_folder).wait_for_change())
            restart.execute(options.port)
        return error.exit_code
    return 0


def run() -> NoReturn:
    """The command `devhost`, which is also `python -m devhost`."""
    exit_now(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
