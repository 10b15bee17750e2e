"""A worker process: loads the app, runs what the host asks for, and dies when the host does."""

import asyncio
import io
import logging
import os
import signal
import socket
import sys

from devhost.console_output import configure_logging
from devhost.stopping import exit_now
from devhost.worker.indexing import index
from devhost.worker.invoker import Invoker
from devhost.worker.pulse import beat
from devhost.worker.shared_threads import share
from devhost.worker.worker_protocol import (
    AppLoaded,
    FunctionFinished,
    LoadApp,
    RunFunction,
    receive,
    send,
)

LARGEST_READ = 1 << 20  # bytes that the socket's buffer may hold


def main(descriptor: int, pulse: int) -> None:
    """Serve one host over the socket, and the pulse's pipe, that it left open for this process."""
    beat(pulse)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what a function prints is seen at once
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the host decides
    asyncio.run(_serve(socket.socket(fileno=descriptor)))


async def _serve(connection: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=connection, limit=LARGEST_READ)
    invoker = _load(await receive(reader))
    send(writer, AppLoaded())
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            message = await receive(reader)
            if isinstance(message, RunFunction):
                task = asyncio.create_task(_run(invoker, message, writer))
                running.add(task)
                task.add_done_callback(running.discard)
    except (asyncio.IncompleteReadError, ConnectionError):
        exit_now(0)  # the host is gone, and with it whoever wanted an answer


def _load(start: object) -> Invoker:
    if not isinstance(start, LoadApp):
        raise TypeError(f"the host began with {start!r}")
    configure_logging(start.log_levels)
    logging.getLogger("devhost").setLevel(logging.ERROR)
    logging.getLogger("devhost.worker.indexing").disabled = True  # the host has said it all
    os.chdir(start.app_folder)
    invoker = Invoker(
        index(start.app_folder),
        app_folder=start.app_folder,
        threads=start.threads,
        client_binding=lambda: start.client_binding,
    )
    share(lambda: invoker.threads)
    return invoker


async def _run(invoker: Invoker, run: RunFunction, writer: asyncio.StreamWriter) -> None:
    send(writer, FunctionFinished(run.number, await invoker.invoke(run.invocation)))
    await writer.drain()
