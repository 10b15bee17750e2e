"""One worker process, seen from the host."""

import asyncio
import itertools
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome, died
from devhost.worker.pulse import Pulse
from devhost.worker.worker_protocol import (
    AppLoaded,
    FunctionFinished,
    LoadApp,
    RunFunction,
    receive,
    send,
)

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
# Not `-m`: that would put the current folder, which is the app's, before the standard library.
BOOTSTRAP = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from devhost.worker.guard import guard; guard({0});"
    " from devhost.worker.worker_main import main; main({0}, {1})"
)

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class WorkerProcess:
    """Runs invocations until its process ends; what ran then has failed."""

    def __init__(self, process: asyncio.subprocess.Process, streams: Streams, pulse: Pulse) -> None:
        self._process = process
        self.pulse = pulse
        self.is_lapsed = asyncio.Event()  # it was silent for too long: others do its activities
        self._reader, self._writer = streams
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[FunctionInvocation, asyncio.Future[InvocationOutcome]]] = {}
        self._listening = asyncio.create_task(self._listen())
        self.is_ready = asyncio.Event()  # the app is loaded, or never will be

    @property
    def load(self) -> int:
        """How many invocations run in it now."""
        return len(self._waiting)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome:
        if self._listening.done():
            return died(invocation.function)
        number = next(self._numbers)
        outcome: asyncio.Future[InvocationOutcome] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (invocation, outcome)
        send(self._writer, RunFunction(number, invocation))
        return await outcome

    async def drain(self, timeout_s: float | None) -> None:
        """Wait for what runs and is still awaited by somebody."""
        awaited = [outcome for _, outcome in self._waiting.values() if not outcome.done()]
        if awaited:
            await asyncio.wait(awaited, timeout=timeout_s)

    async def wait_for_end(self) -> str:
        """Wait for the end of the process; how it ended, in words."""
        await self._listening
        code = await self._process.wait()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    async def _listen(self) -> None:
        try:
            while True:
                self._take(await receive(self._reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._fail_what_runs()
        finally:
            self.is_ready.set()  # nobody needs to wait for it any longer
            self._writer.close()
            self.pulse.close()

    def _take(self, message: object) -> None:
        if isinstance(message, AppLoaded):
            self.is_ready.set()
        elif isinstance(message, FunctionFinished):
            _, outcome = self._waiting.pop(message.number)
            if not outcome.done():
                outcome.set_result(message.outcome)

    def _fail_what_runs(self) -> None:
        for invocation, outcome in self._waiting.values():
            if not outcome.done():
                outcome.set_result(died(invocation.function))
        self._waiting.clear()


async def spawn(start: LoadApp) -> WorkerProcess:
    """Start a process; it takes invocations at once and runs them when its app is loaded."""
    ours, theirs = socket.socketpair()
    heard, beaten = os.pipe()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                BOOTSTRAP.format(theirs.fileno(), beaten),
                str(ROOT),
                pass_fds=(theirs.fileno(), beaten),
                stdin=asyncio.subprocess.DEVNULL,
                process_group=0,  # for the guard to end at once; Ctrl-C is for the host alone
            )
    finally:
        os.close(beaten)
    streams = await asyncio.open_connection(sock=ours)
    send(streams[1], start)
    return WorkerProcess(process, streams, Pulse(heard))
