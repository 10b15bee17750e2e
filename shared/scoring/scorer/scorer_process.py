"""One operating-system process that speaks the scorer protocol.

Requests and events have pipes of their own; what the process prints is read from another, by a
thread that nothing in the process can stall. Two threads a process: one reads, one watches for its
death, and ends all that it started before it is reaped: its number is nobody else's until then.
"""

import contextlib
import math
import os
import queue
import select
import selectors
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.scoring.child.messages import BrokenProtocol, ScorerMessage, decode, encode
from shared.scoring.enclosure import start_enclosed
from shared.scoring.scorer.cause_of_death import memory_kills
from shared.scoring.scorer.output_log import OutputLog, OutputLogs
from shared.scoring.scorer.pipes import open_pipes, read_some
from shared.scoring.scorer.process_tree import ProcessTree
from shared.scoring.scorer.scorer_folders import ProcessFolders

# Pipes hold less than this: who still writes after it has escaped, and is not waited for.
_LAST_WORDS = 1 << 18
# A process closes its pipes just before it is dead; one that lives on after this is lost. On a
# machine that is busy half a second was too short: how a process ended was not told.
_DYING_S = 3.0
# SIGKILL works at once, unless the kernel holds the process in a call to a disk or a driver.
_KILL_LIMIT_S = 10.0


@dataclass(frozen=True)
class Ended:
    """The process is gone: its exit code, or minus the signal.

    `by_us`: the service ended it. `is_lost`: it had to be, for its control pipe was broken.
    `ran_out`: the kernel has ended a process for want of memory during its life.
    """

    returncode: int
    by_us: bool = False
    is_lost: bool = False
    ran_out: bool = False


class ScorerProcess:
    """A child, from its start in the constructor to its `Ended` message.

    It works in its home, and may write into its folders and where everybody may; nowhere else, nor
    read what is hidden, if the kernel can see to that. Home and temporary folder go with it.
    Construct it in a thread that lives long: the kernel ends the child with that thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folders: ProcessFolders,
        logs: OutputLogs,
    ) -> None:
        self._folders = folders
        self._logs = logs
        self._inbox: queue.SimpleQueue[ScorerMessage | Ended] = queue.SimpleQueue()
        self._over = threading.Event()
        self._sending = threading.Lock()
        self._reaping = threading.Lock()
        self._is_reaped = self._is_deaf = self._ended_by_us = self._is_lost = False
        self._memory_kills = memory_kills()
        self._pipes, child_ends = open_pipes()
        try:
            self._popen = start_enclosed(
                [*command, *map(str, (child_ends.requests, child_ends.events, os.getpid()))],
                environment,
                folders.enclosure,
                cwd=folders.home,
                output=child_ends.output,
                errors=child_ends.errors,
                pass_fds=(child_ends.requests, child_ends.events),
            )
        except OSError:
            self._pipes.close()
            raise
        finally:
            child_ends.close()
        self.pid = self._popen.pid
        self.process_tree = ProcessTree(self.pid, str(folders.temporary))
        self._wake, self._died = os.pipe()
        for name, work in (("watcher", self._watch), ("reader", self._read)):
            threading.Thread(target=work, name=f"scorer-{name}-{self.pid}", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return not self._over.is_set() and not self._is_reaped

    @property
    def has_home(self) -> bool:
        """Whether the folders are still there that it was given; a script may remove its own."""
        return all(folder.is_dir() for folder in self._folders.own)

    def send(self, message: ScorerMessage, *, timeout_s: float) -> None:
        """Raises `TimeoutError` when the child does not read, `OSError` when it is gone."""
        deadline = time.monotonic() + timeout_s
        remaining = memoryview(encode(message))
        with self._sending:
            if self._is_deaf:
                raise BrokenPipeError
            poll = select.poll()
            poll.register(self._pipes.requests, select.POLLOUT)
            while remaining:
                if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise TimeoutError
                remaining = remaining[os.write(self._pipes.requests, remaining) :]

    def receive(self, *, timeout_s: float) -> ScorerMessage | Ended | None:
        """The next message; None when none came in time. The last one is `Ended`."""
        try:
            return self._inbox.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None

    def terminate(self, *, grace_s: float) -> bool:
        """End the process group by SIGTERM, or by SIGKILL after the grace. True: it obeyed."""
        self._ended_by_us = True
        self._signal(signal.SIGTERM)
        obeyed = self._over.wait(grace_s)
        self.kill()
        return obeyed

    def say_goodbye(self) -> None:
        """Ask the process to leave: it sees the end of its requests."""
        self._ended_by_us = True
        self.process_tree.note()
        if self._sending.acquire(blocking=False):  # else it does not read: nothing but a kill helps
            try:
                self._close_requests()
            finally:
                self._sending.release()

    def leave(self, *, grace_s: float) -> None:
        """Let the process run its exit handlers, or kill it after the grace."""
        self.say_goodbye()
        self._over.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        self._ended_by_us = True
        self._signal(signal.SIGKILL)
        self._over.wait(_KILL_LIMIT_S)
        with self._sending:
            self._close_requests()

    def _close_requests(self) -> None:
        if not self._is_deaf:
            self._is_deaf = True
            os.close(self._pipes.requests)

    def _signal(self, number: signal.Signals) -> None:
        with self._reaping:
            if not self._is_reaped:
                self.process_tree.note()
                self._signal_group(number)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _watch(self) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with self._reaping:
            self._signal_group(signal.SIGKILL)
            self.process_tree.end()
            self._popen.wait()
            self._is_reaped = True
        os.close(self._died)

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            ends = (self._pipes.output, self._pipes.errors, self._pipes.events, self._wake)
            for descriptor in ends:
                selector.register(descriptor, selectors.EVENT_READ)
            self._read_until_death(selector)
        for descriptor in ends:
            os.close(descriptor)
        self._folders.remove()
        ran_out = memory_kills() > self._memory_kills
        self._inbox.put(Ended(self._popen.returncode, self._ended_by_us, self._is_lost, ran_out))
        self._over.set()

    def _read_until_death(self, selector: selectors.BaseSelector) -> None:
        printed = (
            (self._pipes.output, self._logs.stdout),
            (self._pipes.errors, self._logs.stderr),
        )
        partial = b""
        closed_at = math.inf
        while True:
            ready = {key.fd for key, _ in selector.select(None if closed_at == math.inf else 0.1)}
            # What was printed before a message is in the log before the message is seen.
            for descriptor, log in printed:
                if not _move(descriptor, log):
                    _forget(selector, descriptor)
            if self._pipes.events in ready or self._wake in ready:
                chunk = read_some(self._pipes.events)
                partial = self._deliver(partial + (chunk or b""))
                if chunk == b"" and closed_at == math.inf:
                    closed_at = time.monotonic()
                    _forget(selector, self._pipes.events)
            if self._wake in ready:
                return
            if time.monotonic() - closed_at > _DYING_S:
                self._give_up()

    def _give_up(self) -> None:
        """The model has closed the control pipe, or writes into it."""
        self._is_lost = True
        self._signal(signal.SIGKILL)

    def _deliver(self, lines: bytes) -> bytes:
        """Queue the complete lines; return the rest."""
        *complete, rest = lines.split(b"\n")
        for line in complete:
            try:
                self._inbox.put(decode(line))
            except BrokenProtocol:
                self._give_up()
        return rest


def _move(descriptor: int, log: OutputLog) -> bool:
    """Move what is printed into the log; False at the end of the stream."""
    taken = 0
    while taken < _LAST_WORDS:
        chunk = read_some(descriptor)
        if not chunk:
            return chunk is None
        log.append(chunk)
        taken += len(chunk)
    return True


def _forget(selector: selectors.BaseSelector, descriptor: int) -> None:
    with contextlib.suppress(KeyError):
        selector.unregister(descriptor)
