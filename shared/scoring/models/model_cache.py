"""Registered models on the local disk: downloaded once, shared by every scorer process.

    <key>/model/<the model's own name>/...     what processes load
    <key>/stamps.json                          what its files looked like when they came

A model that was changed on the disk since then serves nobody any more: it is downloaded anew.
One that nobody asked for in a long time goes, at the latest when another one is downloaded.
"""

import hashlib
import itertools
import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.domain.errors import ModelMissing
from shared.domain.resolved_deployment import Location
from shared.ports import BlobItem, Blobs
from shared.scoring.child import fence
from shared.scoring.side_files.folder_scan import Stamp, scan_folder

_MODEL, _STAMPS = "model", "stamps.json"
# A download that is half done, and was begun so long ago, is nobody's.
_HALF_DONE = timedelta(days=1)


@dataclass(frozen=True)
class _CachedModel:
    """A model on the disk: `stamps` are its files' as they were when they came."""

    path: Path
    stamps: dict[str, Stamp]

    @property
    def is_intact(self) -> bool:
        """Where no script can write, one may still have set dates and modes."""
        is_guarded = fence.guards(str(self.path))
        scan = scan_folder(self.path.parent)
        return bool(self.stamps) and scan.holds(self.stamps, whatever_their_dates=is_guarded)


class ModelCache:
    """Thread-safe. A model's folder is keyed by the names and etags of its files.

    Each bundle asks for its model: one that is `unused` for longer than any run() takes may go.
    None: all stay.
    """

    def __init__(
        self,
        blobs: Blobs,
        folder: Path,
        downloads: Executor,
        unused: timedelta | None = None,
    ) -> None:
        self._unused = unused
        self._blobs = blobs
        self._folder = folder
        self._downloads = downloads
        self._lock = threading.Lock()
        self._cached: dict[Location, _CachedModel] = {}

    def fetch(self, location: Location) -> Path:
        """The model's local folder (or file), under its own name: its parent holds nothing else.

        Who asks again after somebody changed a file of it gets another folder.
        Raises ModelMissing when the store has no such model.
        """
        with self._lock:
            cached = self._cached.get(location)
            if cached is None or not cached.is_intact:
                cached = self._cached[location] = self._ensure(location)
            with suppress(OSError):
                os.utime(cached.path.parent.parent)  # it is in use
            return cached.path

    def sweep(self) -> list[Path]:
        """Remove what nobody asked for in a long time; returns what went."""
        gone = list(self.unused())
        for home in gone:
            aside = home.with_name(f"{home.name.partition('.')[0]}.{uuid.uuid4().hex}")
            with suppress(OSError):  # another process was faster
                home.rename(aside)  # in one step: nobody finds half a model
                shutil.rmtree(aside, ignore_errors=True)
        return gone

    def unused(self) -> Iterator[Path]:
        """What `sweep` would remove."""
        if self._unused is None or not self._folder.exists():
            return
        for home in sorted(self._folder.iterdir()):
            limit = _HALF_DONE if "." in home.name else self._unused
            with suppress(OSError):
                if time.time() - home.stat().st_mtime > limit.total_seconds():
                    yield home

    def _ensure(self, location: Location) -> _CachedModel:
        files = self._files(location)
        text = "\n".join(f"{file.name}\t{file.etag}" for file in files)
        key = hashlib.sha256(f"{location}\n{text}".encode()).hexdigest()[:32]
        for number in itertools.count():
            home = self._folder / (f"{key}-{number}" if number else key)
            if not home.exists():
                self.sweep()
                self._download(location, files, home)
                break
            if _read_cached(home, location).is_intact:
                break
        return _read_cached(home, location)

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
            list(
                self._downloads.map(lambda file: self._download_file(location, file, model), files)
            )
            (partial / _STAMPS).write_text(json.dumps(scan_folder(model).files), encoding="utf-8")
            partial.rename(home)
        except OSError:
            if not home.exists():  # another process was faster: its folder is as good
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _download_file(self, location: Location, file: BlobItem, folder: Path) -> None:
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


def _read_cached(home: Path, location: Location) -> _CachedModel:
    stamps = dict[str, Stamp]()
    with suppress(OSError, ValueError, TypeError):
        saved = json.loads((home / _STAMPS).read_text(encoding="utf-8"))
        stamps = {name: Stamp(*stamp) for name, stamp in saved.items()}
    return _CachedModel(home / _MODEL / _folder_name(location), stamps)


def _folder_name(location: Location) -> str:
    """The last part of its path; of a whole container, the container's name."""
    return location.path.rpartition("/")[2] or location.container
