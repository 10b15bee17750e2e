"""Registered models on the local disk: downloaded once, shared by every scorer process.

    <key>/model/<the model's own name>/...     what processes load
    <key>/stamps.json                          what its files looked like when they came

A model that was changed on the disk since then serves nobody any more: it is downloaded anew.
"""

import hashlib
import itertools
import json
import shutil
import threading
import uuid
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import ModelMissing
from shared.domain.resolved_deployment import Location
from shared.ports import BlobItem, Blobs
from shared.scoring.child import fence
from shared.scoring.side_files.folder_look import Stamp, look

_MODEL, _STAMPS = "model", "stamps.json"


@dataclass(frozen=True)
class _Kept:
    """A model on the disk: `stamps` are its files' as they were when they came."""

    path: Path
    stamps: dict[str, Stamp]

    @property
    def is_intact(self) -> bool:
        """Where no script can write, one may still have set dates and modes."""
        is_guarded = fence.guards(str(self.path))
        seen = look(self.path.parent)
        return bool(self.stamps) and seen.holds(self.stamps, whatever_their_dates=is_guarded)


class ModelCache:
    """Thread-safe. A model's folder is keyed by the names and etags of its files."""

    def __init__(self, blobs: Blobs, folder: Path, downloads: Executor) -> None:
        self._blobs = blobs
        self._folder = folder
        self._downloads = downloads
        self._lock = threading.Lock()
        self._known: dict[Location, _Kept] = {}

    def fetch(self, location: Location) -> Path:
        """The model's local folder (or file), under its own name: its parent holds nothing else.

        Who asks again after somebody changed a file of it gets another folder.
        Raises ModelMissing when the store has no such model.
        """
        with self._lock:
            kept = self._known.get(location)
            if kept is None or not kept.is_intact:
                kept = self._known[location] = self._ensure(location)
            return kept.path

    def _ensure(self, location: Location) -> _Kept:
        files = self._files(location)
        text = "\n".join(f"{file.name}\t{file.etag}" for file in files)
        key = hashlib.sha256(f"{location}\n{text}".encode()).hexdigest()[:32]
        for number in itertools.count():
            home = self._folder / (f"{key}-{number}" if number else key)
            if not home.exists():
                self._download(location, files, home)
                break
            if _kept(home, location).is_intact:
                break
        return _kept(home, location)

    def _files(self, location: Location) -> list[BlobItem]:
        inside = location.inside("")
        files = list(self._blobs.list_blobs(location.container, inside))
        if not files and location.path and self._blobs.exists(location.container, location.path):
            single = self._blobs.head(location.container, location.path)
            return [BlobItem(name=location.path, etag=single.etag, size=single.size)]
        if not files:
            raise ModelMissing(
                f"The model's files are not at '{location}'.",
                fix="Upload them again, or register a new version of the model.",
                target="model",
            )
        return [file for file in files if not file.name.endswith("/")]

    def _download(self, location: Location, files: list[BlobItem], home: Path) -> None:
        """Into a folder of its own, and then into place: a half download is never seen."""
        partial = home.with_name(f"{home.name}.{uuid.uuid4().hex}")
        try:
            model = partial / _MODEL
            list(self._downloads.map(lambda file: self._one(location, file, model), files))
            (partial / _STAMPS).write_text(json.dumps(look(model).files), encoding="utf-8")
            partial.rename(home)
        except OSError:
            if not home.exists():  # another process was faster: its folder is as good
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _one(self, location: Location, file: BlobItem, folder: Path) -> None:
        inside = file.name[len(location.path) :].lstrip("/")
        target = (folder / _folder_name(location) / inside).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise ModelMissing(
                f"The model holds a file whose name leaves its folder: '{file.name}'.",
                fix="Upload the model again without it.",
                target="model",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        self._blobs.download(location.container, file.name, target)


def _kept(home: Path, location: Location) -> _Kept:
    stamps = dict[str, Stamp]()
    with suppress(OSError, ValueError, TypeError):
        told = json.loads((home / _STAMPS).read_text(encoding="utf-8"))
        stamps = {name: Stamp(*stamp) for name, stamp in told.items()}
    return _Kept(home / _MODEL / _folder_name(location), stamps)


def _folder_name(location: Location) -> str:
    """The last part of its path; of a whole container, the container's name."""
    return location.path.rpartition("/")[2] or location.container
