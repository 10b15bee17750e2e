"""Models on the local disk: whole, shared, and never outside their folder."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ModelMissing
from shared.domain.resolved_deployment import Location
from shared.scoring.child import fence
from shared.scoring.models.model_cache import ModelCache

BOX = "azureml-blobstore"
AT = Location(container=BOX, path="models/wines")


@pytest.fixture
def cache(blobs: MemoryBlobs, tmp_path: Path) -> Iterator[ModelCache]:
    with ThreadPoolExecutor(4) as threads:
        yield ModelCache(blobs, tmp_path, threads)


def test_a_model_keeps_its_folders_name_and_stands_alone(
    cache: ModelCache, blobs: MemoryBlobs
) -> None:
    blobs.write(BOX, "models/wines/MLmodel", b"m")
    blobs.write(BOX, "models/wines/data/x.bin", b"x")
    blobs.write(BOX, "models/wines-other/MLmodel", b"o")

    folder = cache.fetch(AT)

    assert "wines" == folder.name
    assert [folder] == list(folder.parent.iterdir())
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"MLmodel", "data/x.bin"} == files


def test_a_changed_model_is_another_folder(cache: ModelCache, blobs: MemoryBlobs) -> None:
    blobs.write(BOX, "models/wines/MLmodel", b"one")
    first = cache.fetch(AT)
    blobs.write(BOX, "models/wines/MLmodel", b"two")
    cache._cached.clear()

    second = cache.fetch(AT)

    assert (b"one", b"two") == ((first / "MLmodel").read_bytes(), (second / "MLmodel").read_bytes())


def test_many_at_once_get_one_whole_model(cache: ModelCache, blobs: MemoryBlobs) -> None:
    for index in range(20):
        blobs.write(BOX, f"models/wines/{index}", b"x")

    with ThreadPoolExecutor(8) as threads:
        folders = set(threads.map(lambda _: cache.fetch(AT), range(8)))

    (folder,) = folders
    assert 20 == len(list(folder.iterdir()))


def test_a_missing_model_is_reported(cache: ModelCache) -> None:
    with pytest.raises(ModelMissing, match="models/wines"):
        cache.fetch(AT)


@pytest.mark.parametrize("act", ["rewrite", "keep its date", "remove", "add", "link"])
def test_a_model_that_was_changed_on_the_disk_is_downloaded_anew(
    blobs: MemoryBlobs, tmp_path: Path, act: str
) -> None:
    """Whoever asks next, in this process or another, gets the registered bytes."""
    blobs.write(BOX, "models/wines/MLmodel", b"good")
    blobs.write(BOX, "models/wines/data/x.bin", b"x")
    with ThreadPoolExecutor(4) as threads:
        cache = ModelCache(blobs, tmp_path, threads)
        first = cache.fetch(AT)
        spoil(first, act)

        second = cache.fetch(AT)
        of_another_process = ModelCache(blobs, tmp_path, threads).fetch(AT)

    assert first != second == of_another_process
    files = {str(p.relative_to(second)) for p in second.rglob("*") if p.is_file()}
    assert {"MLmodel", "data/x.bin"} == files
    assert b"good" == (second / "MLmodel").read_bytes()


def spoil(model: Path, act: str) -> None:
    path = model / "MLmodel"
    if act == "remove":
        path.unlink()
    elif act == "add":
        (model / "more.pkl").write_bytes(b"more")
    elif act == "link":
        (model / "link").symlink_to(path)
    else:
        found = path.stat()
        path.write_bytes(b"evil")
        if act == "keep its date":
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_bytecode_beside_a_models_code_is_no_change(cache: ModelCache, blobs: MemoryBlobs) -> None:
    blobs.write(BOX, "models/wines/code/mine.py", b"")
    folder = cache.fetch(AT)
    (folder / "code" / "__pycache__").mkdir()
    (folder / "code" / "__pycache__" / "mine.pyc").write_bytes(b"")

    assert folder == cache.fetch(AT)


@pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")
def test_dates_and_modes_are_no_change_where_no_script_can_write(
    blobs: MemoryBlobs, outside: Path
) -> None:
    """Nothing hinders a script from setting them: no reason to download a model again."""
    blobs.write(BOX, "models/wines/MLmodel", b"good")
    with ThreadPoolExecutor(1) as threads:
        cache = ModelCache(blobs, outside, threads)
        folder = cache.fetch(AT)
        (folder / "MLmodel").chmod(0o600)
        os.utime(folder / "MLmodel")
        assert folder == cache.fetch(AT)

        (folder / "MLmodel").write_bytes(b"another")
        assert folder != cache.fetch(AT)
