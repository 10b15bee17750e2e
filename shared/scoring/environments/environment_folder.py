"""One environment's folder on the disk: what was built there, or why it was not.

    <key>/<random>/       a virtual environment: it cannot be moved, so it is built in its place
    <key>/complete.json   names the one that is whole; its time of change is that of the last use
    <key>/failed.json     the last failure
    <key>/baked           it was put there to stay

A virtual environment that complete.json does not name is what a dead builder left.
"""

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.scoring.environments.environment_spec import EnvironmentFailed

_COMPLETE = "complete.json"
_FAILED = "failed.json"
_BAKED = "baked"


@dataclass(frozen=True)
class Built:
    """A whole environment: its interpreter, and what its builder has to say."""

    python: Path
    version: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnvironmentFolder:
    folder: Path

    def read_built(self) -> Built | None:
        record = self._read(_COMPLETE)
        if record is None:
            return None
        python = self.folder / record["venv"] / "bin" / "python"
        if not os.access(python, os.X_OK):  # its base interpreter may have been removed
            return None
        return Built(python, record["version"], tuple(record["notes"]))

    def make_build_folder(self) -> Path:
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

    @property
    def is_baked(self) -> bool:
        return (self.folder / _BAKED).exists()

    def keep(self) -> None:
        """It is never to go."""
        (self.folder / _BAKED).touch()

    def base_pythons(self) -> Iterator[Path]:
        """The folders of the interpreters that its virtual environments extend."""
        for config in self.folder.glob("*/pyvenv.cfg"):
            for line in config.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                if name.strip() == "home":
                    yield Path(value.strip()).resolve()

    def fail(self, failure: EnvironmentFailed) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(_FAILED, {"reason": failure.reason, "log": failure.log, "at": time.time()})

    def recent_failure(self, within_s: float) -> EnvironmentFailed | None:
        record = self._read(_FAILED)
        if record is None or not 0 <= time.time() - record["at"] < within_s:
            return None
        return EnvironmentFailed(record["reason"], log=record["log"])

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
