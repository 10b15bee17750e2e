"""The folder of one scorer: what its processes write lies in here, and goes with the scorer.

process-<...>/   the home of one process, gone when it has ended
work/            the files of mini-batches, and rows being written: a folder per bundle
kept/            rows and side files of mini-batches that were scored, out of scripts' reach
side/            what a script wrote under AZUREML_BI_OUTPUT_PATH: it outlives a process
"""

import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.child.messages import CODE
from shared.scoring.enclosure import Enclosure
from shared.scoring.scorer.spread import spread


@dataclass(frozen=True)
class ProcessFolders:
    """Of one process: its home, where it begins, its temporary folder, what else it may write.

    Of what is `hidden` from it, it may read what is its own, and what is `readable`.
    """

    home: Path
    temporary: Path
    writable: tuple[Path, ...] = ()
    code: Path | None = None
    """Where the process puts its copy of a script's code, inside its home."""
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()

    @property
    def enclosure(self) -> Enclosure:
        own = (self.home, self.temporary, *self.writable)
        return Enclosure(own, self.readable, self.hidden)

    @property
    def own(self) -> Iterator[Path]:
        yield from (self.home, self.temporary)
        if self.code:
            yield self.code

    def remove(self) -> None:
        for folder in (self.home, self.temporary):
            shutil.rmtree(folder, ignore_errors=True)


class ScorerFolders:
    """Made inside `scratch`; removed at the latest when nobody holds it any more.

    `temporary` is where temporary folders are made. Its path should be short: sockets are made in
    there, and theirs have at most 107 bytes.
    """

    def __init__(self, scratch: Path, temporary: Path | None = None) -> None:
        self._temporary = temporary
        self._folder = (scratch / f"scorer-{uuid.uuid4().hex}").absolute()
        self.work = self._folder / "work"
        self.results = self._folder / "kept"
        self.side = self._folder / "side"
        for folder in (self.work, self.results):
            folder.mkdir(parents=True)
            spread(folder)
        self._finalize = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def remove(self) -> None:
        self._finalize()

    def new_process(self, *writable: Path, has_script: bool = False) -> ProcessFolders:
        """Folders of a new process; it may write under `work`, and under those named, too."""
        home = Path(tempfile.mkdtemp(prefix="process-", dir=self._folder))
        temporary = self._temporary and Path(tempfile.mkdtemp(prefix="", dir=self._temporary))
        code = home / CODE if has_script else None
        return ProcessFolders(home, temporary or home, (self.work, *writable), code)
