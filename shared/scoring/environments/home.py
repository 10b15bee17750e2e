"""One environment's folder on the disk: what was built there, or why it was not.

    <key>/<random>/       a virtual environment: it cannot be moved, so it is built in its place
    <key>/complete.json   names the one that is whole; its time of change is that of the last use
    <key>/failed.json     the last failure

A virtual environment that complete.json does not name is what a dead builder left.
"""

import json
import os
import shutil
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.scoring.environments.spec import EnvironmentFailed

_COMPLETE = "complete.json"
_FAILED = "failed.json"


@dataclass(frozen=True)
class Built:
    """A whole environment: its interpreter, and what its builder has to say."""

    python: Path
    version: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Home:
    folder: Path

    def built(self) -> Built | None:
        known = self._read(_COMPLETE)
        if known is None:
            return None
        python = self.folder / known["venv"] / "bin" / "python"
        if not os.access(python, os.X_OK):  # its base interpreter may have been removed
            return None
        return Built(python, known["version"], tuple(known["notes"]))

    def new_place(self) -> Path:
        """Where to build: an empty folder, after everything else was cleared away."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / uuid.uuid4().hex[:8]

    def complete(self, built: Built) -> None:
        venv = built.python.relative_to(self.folder).parts[0]
        self._write(_COMPLETE, {"venv": venv, "version": built.version, "notes": list(built.notes)})

    def touch(self) -> None:
        """Remember that it was used now."""
        (self.folder / _COMPLETE).touch()

    @property
    def last_used(self) -> float | None:
        """None when nothing whole is there."""
        try:
            return (self.folder / _COMPLETE).stat().st_mtime
        except OSError:
            return None

    def fail(self, failure: EnvironmentFailed) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(_FAILED, {"reason": failure.reason, "log": failure.log, "at": time.time()})

    def recent_failure(self, within_s: float) -> EnvironmentFailed | None:
        known = self._read(_FAILED)
        if known is None or not 0 <= time.time() - known["at"] < within_s:
            return None
        return EnvironmentFailed(known["reason"], log=known["log"])

    def remove(self) -> None:
        """The record goes first: a half removed environment must not pass for a whole one."""
        (self.folder / _COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, name: str, content: dict[str, Any]) -> None:
        partial = self.folder / f"{name}.{uuid.uuid4().hex[:8]}"
        partial.write_text(json.dumps(content), encoding="utf-8")
        partial.replace(self.folder / name)
