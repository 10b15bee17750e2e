"""What is scored: local files, sent once, or an address that the service reads."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.connection.service import Service
from cli.console import Console
from cli.errors import UsageError
from cli.scoring.model_source import is_reference
from cli.uploads.content_hash import hash_files
from cli.uploads.local_files import list_files
from cli.uploads.upload_folder import HashedFiles, upload_folder, upload_hashed

URI_FOLDER, URI_FILE = "UriFolder", "UriFile"
FILES = "files"
"""The folder into which files from here and there go."""


@dataclass(frozen=True)
class InputData:
    uri: str
    kind: str

    def to_wire(self) -> dict[str, str]:
        return {"jobInputType": self.kind, "uri": self.uri}


def find_data(texts: Sequence[str]) -> str | list[Path]:
    """An address, or what is there on this machine. Raises UsageError, before anything is sent."""
    if is_address(texts[0]):
        if len(texts) > 1:
            raise UsageError(
                f"'{texts[0]}' is an address, and there is more beside it.",
                fix="Name one address, or files of this machine.",
            )
        return texts[0]
    paths = [path for text in texts for path in _matching(text)]
    if len(paths) > 1:
        _check_files(paths)
    return paths


def is_address(text: str) -> bool:
    return is_reference(text) or "://" in text


def upload_data(service: Service, data: str | list[Path]) -> InputData:
    """Upload what is local and not there yet; where the service finds it."""
    if isinstance(data, str):
        return InputData(data, URI_FOLDER)  # the store knows better, and the service asks it
    if len(data) == 1:
        uploaded = upload_folder(service, data[0], kind="data")
    else:
        uploaded = upload_hashed(service, _hash(data), kind="data")
    return InputData(uploaded.uri, URI_FILE if uploaded.is_file else URI_FOLDER)


def _matching(text: str) -> list[Path]:
    """The path, or the files of a pattern, in their order."""
    path = Path(text).expanduser()
    if path.exists():
        return [path]
    found = sorted(Path(name) for name in glob.glob(str(path)) if Path(name).is_file())  # noqa: PTH207
    if found:
        return found
    what = "file fits" if glob.has_magic(text) else "file or folder is"
    raise UsageError(
        f"No {what} '{text}'.", fix="Name a folder, a file, a pattern, or an azureml: reference."
    )


def _check_files(paths: Sequence[Path]) -> None:
    """Several files go into one folder, so each needs a name of its own."""
    seen: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            raise UsageError(f"'{path}' is a folder among files.", fix="Name one folder, or files.")
        if path.name in seen and seen[path.name] != path:
            raise UsageError(
                f"'{seen[path.name]}' and '{path}' have the same name.",
                fix="Rename one: a job's input is one folder.",
            )
        seen[path.name] = path


def _hash(paths: Sequence[Path]) -> HashedFiles:
    files = [list_files(path)[0] for path in {path.name: path for path in paths}.values()]
    files.sort(key=lambda file: (file.name.lower(), file.name))
    with Console().bar("Hashing", sum(file.size for file in files)) as bar:
        return HashedFiles(tuple(files), hash_files(files, bar), FILES)
