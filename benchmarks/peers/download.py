"""Download a mini-batch with the storage SDK, one file after the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from azure.storage.blob import ContainerClient


@contextmanager
def downloaded(source: ContainerClient, names: Sequence[str], scratch: str) -> Iterator[list[str]]:
    """The files' paths; the files are gone when the context ends."""
    paths = [Path(scratch) / Path(name).name for name in names]
    for name, path in zip(names, paths, strict=True):
        with path.open("wb") as file:
            source.download_blob(name).readinto(file)
    yield [str(path) for path in paths]
    for path in paths:
        path.unlink()
