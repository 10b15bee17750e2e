"""Uploads files as they are named, by the rules of `az storage blob`: no hash, no ignore file."""

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from knack.log import get_logger

from cli.console import Console
from cli.errors import UsageError
from cli.storage.blob_listing import Blob, list_blobs
from cli.storage.container import Container
from cli.uploads.local_files import list_files
from cli.uploads.send_files import OutgoingFile, send_files

log = get_logger(__name__)


def choose_files(source: Path, prefix: str, pattern: str | None) -> list[OutgoingFile]:
    """The folder's files that fit the pattern. Raises UsageError when there are none."""
    if not source.is_dir():
        raise UsageError(
            f"There is no folder '{source}'.",
            fix="Name a folder; a single file goes by: bep storage blob upload.",
        )
    files = list_files(source, is_all=True)
    chosen = [file for file in files if pattern is None or fnmatchcase(file.name, pattern)]
    if not chosen:
        raise UsageError(
            f"No file in '{source}' fits the pattern '{pattern}'.",
            fix="Quote the pattern, so that the shell leaves it alone.",
        )
    return [OutgoingFile(file, f"{prefix}/{file.name}" if prefix else file.name) for file in chosen]


def one_file(path: Path, blob: str) -> OutgoingFile:
    """Raises UsageError."""
    if path.is_dir():
        raise UsageError(
            f"'{path}' is a folder.", fix="Upload it by: bep storage blob upload-batch."
        )
    return OutgoingFile(list_files(path)[0], blob)


def send_batch(
    container: Container, files: Sequence[OutgoingFile], *, overwrite: bool
) -> list[Blob]:
    """The blobs that were sent; without `overwrite` those that are there stay, with a note."""
    folder = _folder_of(files)
    there = {} if overwrite else {one.name: one for one in list_blobs(container, folder)}
    waiting = [one for one in files if one.blob not in there]
    if unchanged := len(files) - len(waiting):
        log.warning("%d file(s) are there already and stay; --overwrite replaces them.", unchanged)
    with Console().bar("Uploading", sum(one.file.size for one in waiting)) as bar:
        send_files(container, waiting, bar)
    sent = {one.blob for one in waiting}
    return [one for one in list_blobs(container, folder) if one.name in sent] if sent else []


def _folder_of(files: Sequence[OutgoingFile]) -> str:
    """The folder that all of them are in, with its slash."""
    folders = [posixpath.dirname(one.blob) for one in files]
    common = posixpath.commonpath(folders) if folders else ""
    return f"{common}/" if common else ""
