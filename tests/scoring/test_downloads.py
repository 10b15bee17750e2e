"""A file that is not any more what was planned says whether it was changed or deleted."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import PreconditionFailed
from shared.domain.minibatch import PlannedFile
from shared.scoring.bundle.downloads import Downloads

BOX = "box"


class StrictBlobs(MemoryBlobs):
    """As some stores do it: of a blob that is gone a condition has failed."""

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        if if_match and not self.exists(container, name):
            raise PreconditionFailed("It is another one.", fix="Read it again.")
        return super().download(container, name, path, if_match=if_match)


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.mark.parametrize("blobs", [MemoryBlobs(), StrictBlobs()], ids=["usual", "strict"])
def test_a_deleted_file_is_not_called_changed(
    blobs: MemoryBlobs, executor: Executor, tmp_path: Path
) -> None:
    blobs.ensure_container(BOX)
    etags = {name: blobs.write(BOX, name, b"1") for name in ("gone", "other", "same")}
    blobs.delete(BOX, "gone")
    blobs.write(BOX, "other", b"2")
    files = [PlannedFile(name=name, etag=etag, size=1) for name, etag in etags.items()]

    there, failed = Downloads(blobs, executor).start(BOX, files, tmp_path / "in").wait()

    assert ["same"] == [file.name for file in there]
    told = {failure.name: failure.message for failure in failed}
    assert told["gone"].startswith("The file was deleted since the job started. ")
    assert told["other"].startswith("The file was changed since the job started. ")


@pytest.mark.parametrize("kind", ["folder", "file", "link", "nothing"])
def test_what_a_script_put_where_files_are_to_lie_makes_way(
    executor: Executor, tmp_path: Path, kind: str
) -> None:
    """It renamed its own folder, say; what a link names is not ours."""
    blobs = MemoryBlobs()
    blobs.ensure_container(BOX)
    file = PlannedFile(name="a", etag=blobs.write(BOX, "a", b"1"), size=1)
    folder, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    if kind == "folder":
        (folder / "files").mkdir(parents=True)
        (folder / "files" / "b").write_text("of another mini-batch")
    elif kind == "file":
        folder.write_text("")
    elif kind == "link":
        folder.symlink_to(elsewhere)

    there, failed = Downloads(blobs, executor).start(BOX, [file], folder).wait()

    assert (["a"], []) == ([one.name for one in there], failed)
    assert ["a"] == [path.name for path in (folder / "files").iterdir()]
    assert ["kept"] == [path.name for path in elsewhere.iterdir()]
