"""Upload a manifest of this machine, with the files beside it that its lines name."""

from collections.abc import Iterator
from pathlib import Path

from cli.connection.service import Service
from cli.console import Console
from cli.errors import UsageError
from cli.uploads.content_hash import hash_files
from cli.uploads.local_files import UploadFile, list_files, unreadable
from cli.uploads.upload_folder import HashedFiles, upload_folder, upload_hashed
from shared.domain.blob_name import problem_with
from shared.schemas.az_yaml.addresses import is_remote


def upload_manifest(service: Service, manifest: Path) -> str:
    """Where it is then; raises UsageError for a line that names no file beside it.

    Lines that are addresses stay what they are; without any other the manifest goes alone.
    """
    named = dict(_named(manifest))
    if not named:
        return upload_folder(service, manifest, kind="data").uri
    named.setdefault(manifest.name, _listed(manifest, manifest.name))
    files = [named[name] for name in sorted(named, key=lambda one: (one.lower(), one))]
    with Console().bar("Hashing", sum(file.size for file in files)) as bar:
        content = hash_files(files, bar)
    folder = manifest.absolute().resolve().parent.name or "files"
    uploaded = upload_hashed(service, HashedFiles(tuple(files), content, folder), kind="data")
    return f"{uploaded.uri}/{manifest.name}"


def _named(manifest: Path) -> Iterator[tuple[str, UploadFile]]:
    """The files of lines that are paths, by their names below the manifest's folder."""
    for number, line in enumerate(_lines(manifest), 1):
        name = line.strip()
        if not name or name.startswith(("#", "/")) or is_remote(name):
            continue
        path = manifest.parent / name
        if problem_with(name) or not path.is_file():
            raise UsageError(
                f"Line {number} of '{manifest}' names '{name[:300]}', and there is no such file "
                "beside it.",
                fix="Name files by their paths below the manifest's folder, or by addresses.",
            )
        yield name, _listed(path, name)


def _lines(manifest: Path) -> list[str]:
    try:
        return manifest.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise UsageError(f"'{manifest}' is not text in UTF-8.", fix="Save it as UTF-8.") from None
    except OSError as error:
        raise unreadable(manifest, error) from None


def _listed(path: Path, name: str) -> UploadFile:
    (file,) = list_files(path)
    return UploadFile(file.path, name, file.size, file.modified_ns)
