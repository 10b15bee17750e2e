"""Hot reload: notices that the app's files changed, and starts the host anew in its stead."""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

RELOAD = 250  # an exit code that never leaves this process
POLL_S = 0.4
FILES = frozenset({"host.json", "local.settings.json"})
NOT_THE_APPS = frozenset({"node_modules", "__pycache__"})

type Snapshot = Mapping[Path, tuple[int, int]]


class SourceWatch:
    """The app's Python files and settings, as they were at the start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = _snapshot(folder)

    async def wait_for_change(self) -> str:
        """Wait for a change; the name of a file that is not as it was."""
        while True:
            await asyncio.sleep(POLL_S)
            now = await asyncio.to_thread(_snapshot, self._folder)
            different = sorted(path for path, _ in self._before.items() ^ now.items())
            if different:
                return str(different[0].relative_to(self._folder))


@dataclass(frozen=True)
class Restart:
    """How this process was started, so that it can be started so again."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def as_now(cls) -> Self:
        return cls(Path.cwd(), dict(os.environ))

    def execute(self, port: int) -> NoReturn:
        """Become a new host on the same port; threads that hang end with this one."""
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir(self.folder)
        arguments = [*sys.orig_argv[1:], "--port", str(port)]
        os.execve(sys.executable, [sys.executable, *arguments], dict(self.environment))  # noqa: S606  # no shell


def _snapshot(folder: Path) -> Snapshot:
    found = {}
    for path in _sources(folder):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found[path] = (state.st_mtime_ns, state.st_size)
    return found


def _sources(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in NOT_THE_APPS]
        for name in files:
            if name.endswith(".py") or name in FILES:
                yield Path(at, name)
