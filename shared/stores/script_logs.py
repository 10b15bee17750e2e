"""What scripts print and how they fail, under Azure ML's names, while the job runs.

    logs/user/stdout/<node>/process<NNN>.stdout.txt
    logs/user/stderr/<node>/process<NNN>.stderr.txt
    logs/user/error/<node>/process<NNN>.txt           whole tracebacks

A node is one worker process's part in one job, so each file has one writer, and only ever grows.
"""

import socket
import threading
import uuid
from dataclasses import dataclass, field

from shared.domain.errors import BlocksMissing
from shared.domain.redaction import redacted
from shared.ports import Blobs
from shared.stores.content_types import TEXT_TYPE
from shared.stores.jobs import CONTAINER

JOBS_CACHED = 64
# The list of blocks is sent with each new one: a file stays short of the quadratic.
BLOCKS_PER_FILE = 1_000


@dataclass
class _LogFile:
    """One log: `parts` before it were full."""

    parts: int = 0
    blocks: list[str] = field(default_factory=list[str])
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class _Node:
    """What this worker process does for one job: its scorers' numbers, and its files."""

    name: str
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    files: dict[str, _LogFile] = field(default_factory=dict[str, _LogFile])


class ScriptLogs:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, host: str = "") -> None:
        self._blobs = blobs
        self._host = host or socket.gethostname().partition(".")[0] or "node"
        self._lock = threading.Lock()
        self._nodes: dict[str, _Node] = {}

    def process(self, job: str, scorer: str) -> str:
        """What a scorer is called in the logs of a job: `<node>/process<NNN>`."""
        with self._lock:
            node = self._node(job)
            number = node.numbers.setdefault(scorer, len(node.numbers))
            return f"{node.name}/process{number:03d}"

    def keep(self, job: str, process: str, *, stdout: bytes, stderr: bytes) -> None:
        """Append what the process printed."""
        self._append(job, f"stdout/{process}.stdout", stdout)
        self._append(job, f"stderr/{process}.stderr", stderr)

    def keep_errors(self, job: str, process: str, text: str) -> None:
        """Append tracebacks, whole."""
        self._append(job, f"error/{process}", text.encode(errors="replace"))

    def _node(self, job: str) -> _Node:
        node = self._nodes.get(job)
        if node is None:
            while len(self._nodes) >= JOBS_CACHED:
                self._nodes.pop(next(iter(self._nodes)))
            node = self._nodes[job] = _Node(f"{self._host}-{uuid.uuid4().hex[:6]}")
        return node

    def _append(self, job: str, stem: str, text: bytes) -> None:
        if not text:
            return
        with self._lock:
            file = self._node(job).files.setdefault(stem, _LogFile())
        with file.lock:
            try:
                self._grow(job, stem, file, redacted(text))
            except BlocksMissing:  # the store lost what it had: what comes is kept apart
                file.parts, file.blocks = file.parts + 1, []
                self._grow(job, stem, file, redacted(text))

    def _grow(self, job: str, stem: str, file: _LogFile, text: bytes) -> None:
        if len(file.blocks) >= BLOCKS_PER_FILE:
            file.parts, file.blocks = file.parts + 1, []
        part = f".{file.parts}" if file.parts else ""
        name, block = f"{job}/logs/user/{stem}{part}.txt", f"{len(file.blocks):06d}"
        self._blobs.stage(CONTAINER, name, block, text)
        self._blobs.commit(CONTAINER, name, [*file.blocks, block], content_type=TEXT_TYPE)
        file.blocks.append(block)
