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
from pathlib import Path


class Workplace:
    """Made inside `scratch`; removed at the latest when nobody holds it any more."""

    def __init__(self, scratch: Path) -> None:
        self._folder = (scratch / f"scorer-{uuid.uuid4().hex}").absolute()
        self.work = self._folder / "work"
        self.kept = self._folder / "kept"
        self.side = self._folder / "side"
        for folder in (self.work, self.kept):
            folder.mkdir(parents=True)
        self._finalize = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def remove(self) -> None:
        self._finalize()

    def new_process_folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="process-", dir=self._folder))
