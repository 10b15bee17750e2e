"""Downloads: a mini-batch's files onto the local disk, many at once."""

import shutil
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shared.domain.errors import InvalidRequest, NotFound, PreconditionFailed
from shared.domain.minibatch import PlannedFile
from shared.domain.split import Piece
from shared.ports import Blobs
from shared.scoring.bundle.download_lanes import Batch, DownloadLanes
from shared.scoring.bundle.originals import stamp_at
from shared.scoring.bundle.pieces import write_piece
from shared.scoring.bundle.safe_paths import make_folders, make_way, safe_paths
from shared.scoring.scorer_spec import FileFailure, LocalFile
from shared.scoring.split.kept_blocks import KeptBlocks

DELETED = "The file was deleted since the job started. Upload it again, and start another job."
CHANGED = "The file was changed since the job started. Start another job to score it as it is now."


@dataclass(frozen=True)
class Fetching:
    """Downloads under way, into `folder`: their results come in the order of the files."""

    batch: Batch[LocalFile | FileFailure]
    planned: Sequence[PlannedFile]
    folder: Path

    @property
    def piece(self) -> Piece | None:
        """What is scored of a file that is split; it is alone in its mini-batch."""
        return self.planned[0].piece if self.planned else None

    @property
    def is_done(self) -> bool:
        """Whether `wait` answers at once, and does not raise."""
        return self.batch.is_well

    def wait(self) -> tuple[list[LocalFile], list[FileFailure]]:
        """The files that are there, and those that could not be read.

        Raises ServiceUnavailable when the store does not answer.
        """
        done = self.batch.wait()
        return (
            [one for one in done if isinstance(one, LocalFile)],
            [one for one in done if isinstance(one, FileFailure)],
        )

    def remove(self) -> None:
        """The files of a mini-batch that nobody needs any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop(self) -> None:
        """Forget the downloads that have not begun, and wait for the others."""
        self.batch.drop()


class Downloads:
    """Thread-safe; at most so many run `at_once`.

    Pieces come from `kept` where their file was planned on this machine.
    """

    def __init__(self, blobs: Blobs, executor: Executor, at_once: int = 32) -> None:
        self._blobs = blobs
        self._lanes = DownloadLanes(executor, at_once)
        self.kept = KeptBlocks()

    def start(self, container: str, files: Sequence[PlannedFile], folder: Path) -> Fetching:
        """Begin to download the files into the folder, which is made."""
        paths = safe_paths([file.base_name for file in files])
        make_folders(folder, {path.partition("/")[0] for path in paths})
        works = [
            partial(self._fetch, container, file, f"{folder}/{path}", folder)
            for path, file in zip(paths, files, strict=True)
        ]
        return Fetching(self._lanes.begin(works), files, folder)

    def download_again(self, container: str, fetching: Fetching, file: LocalFile) -> None:
        """Download a file once more, over what a script made of it and of its folder."""
        if file.planned is not None:
            make_way(file.path, fetching.folder)
            self._download(container, file.planned, file.path, fetching.folder)

    def _fetch(
        self, container: str, file: PlannedFile, place: str, folder: Path
    ) -> LocalFile | FileFailure:
        path = Path(place)
        try:
            self._download(container, file, path, folder)
        except NotFound as error:
            return _unreadable(file, error, DELETED)
        except PreconditionFailed as error:  # some stores answer so for a blob that is gone
            is_there = self._blobs.exists(file.container or container, file.name)
            return _unreadable(file, error, CHANGED if is_there else DELETED)
        except InvalidRequest as error:
            return _unreadable(file, error, str(error))
        return LocalFile(path, file.base_name, file.piece, file, stamp_at(path))

    def _download(self, container: str, file: PlannedFile, path: Path, folder: Path) -> None:
        container = file.container or container
        if file.piece:
            write_piece(self._blobs, container, file, path, self.kept)
            return
        try:
            self._blobs.download(container, file.name, path, if_match=file.etag)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            make_way(path, folder)  # a script has been there
            self._blobs.download(container, file.name, path, if_match=file.etag)


def _unreadable(file: PlannedFile, error: Exception, why: str) -> FileFailure:
    return FileFailure(
        name=file.base_name, stage="read", error_type=type(error).__name__, message=why
    )
