"""`storage blob`: files to and from the containers of the service's datastores."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.context import Context
from cli.errors import CommandError, ResourceNotFound, UsageError
from cli.storage.blob_listing import find_blob, list_blobs
from cli.storage.fetch_files import IncomingFile, fetch_files, path_in
from cli.storage.open_container import open_named
from cli.views.blob import blob_view, sent_view

log = get_logger(__name__)

CREDENTIALS = ("account_key", "auth_mode", "connection_string", "sas_token")


def upload_batch(
    context: Context,
    *,
    destination: str,
    source: str,
    pattern: str | None = None,
    destination_path: str | None = None,
    overwrite: bool = False,
    dryrun: bool = False,
    **kwargs: str | None,
) -> list[JSON]:
    from cli.uploads.send_batch import choose_files, send_batch  # noqa: PLC0415  # when needed

    _note(kwargs)
    container, path = open_named(context.service, destination)
    prefix = "/".join(part.strip("/") for part in (path, destination_path or "") if part)
    files = choose_files(Path(source), prefix, pattern)
    if dryrun:
        for one in files:
            log.warning("Would upload '%s' to '%s'.", one.file.path, one.blob)
        return []
    sent = send_batch(container, files, overwrite=overwrite)
    return [sent_view(container, blob) for blob in sent]


def download_batch(
    context: Context,
    *,
    source: str,
    destination: str,
    pattern: str | None = None,
    overwrite: bool = False,
    dryrun: bool = False,
    **kwargs: str | None,
) -> list[str]:
    _note(kwargs)
    folder = Path(destination)
    if not folder.is_dir():
        raise UsageError(f"There is no folder '{destination}'.", fix="Create it first.")
    container, path = open_named(context.service, source)
    found = [one for one in list_blobs(container, _folder(path)) if _fits(one.name, pattern)]
    if dryrun:
        for one in found:
            log.warning("Would download '%s'.", one.name)
        return []
    files = [IncomingFile(one, path_in(folder, one.name)) for one in found]
    chosen = files if overwrite else _without_others(files)
    fetch_files(container, chosen)
    return [one.blob.name for one in chosen]


def list_all(
    context: Context,
    *,
    container_name: str,
    prefix: str | None = None,
    num_results: str | None = None,
    **kwargs: str | None,
) -> list[JSON]:
    _note(kwargs)
    most = None if num_results == "*" else limit(num_results)
    container, path = open_named(context.service, container_name)
    found = list_blobs(container, f"{_folder(path)}{prefix or ''}")
    return [blob_view(container, one) for one in islice(found, most)]


def upload(
    context: Context,
    *,
    file: str,
    container_name: str,
    name: str | None = None,
    overwrite: bool = False,
    **kwargs: str | None,
) -> JSON:
    from cli.uploads.send_batch import one_file, send_batch  # noqa: PLC0415  # when needed

    _note(kwargs)
    container, path = open_named(context.service, container_name)
    outgoing = one_file(Path(file), f"{_folder(path)}{name or Path(file).name}")
    if not overwrite and find_blob(container, outgoing.blob):
        raise CommandError(
            f"The container '{container.name}' has a blob '{outgoing.blob}' already.",
            fix="Give --overwrite to replace it, or another --name.",
        )
    [sent] = send_batch(container, [outgoing], overwrite=True)
    return {"etag": f'"{sent.etag}"', "lastModified": sent.modified.isoformat()}


def download(
    context: Context,
    *,
    container_name: str,
    name: str,
    file: str,
    **kwargs: str | None,
) -> JSON:
    _note(kwargs)
    container, path = open_named(context.service, container_name)
    blob = find_blob(container, f"{_folder(path)}{name}")
    if blob is None:
        raise ResourceNotFound(
            f"There is no blob '{name}' in the container '{container.name}'.",
            fix=f"List what is there: bep storage blob list -c {container.name}.",
        )
    fetch_files(container, [IncomingFile(blob, Path(file))])
    return blob_view(container, blob)


def _folder(path: str) -> str:
    """What the names of blobs in that folder of a container begin with."""
    return f"{path.strip('/')}/" if path.strip("/") else ""


def _without_others(files: Sequence[IncomingFile]) -> list[IncomingFile]:
    """Those in whose place is no other file: it stays."""
    chosen = [one for one in files if one.is_there or not one.path.exists()]
    if skipped := len(files) - len(chosen):
        log.warning(
            "%d other file(s) are there already and stay; --overwrite replaces them.", skipped
        )
    return chosen


def _fits(name: str, pattern: str | None) -> bool:
    return pattern is None or fnmatchcase(name, pattern)


def _note(ignored: Mapping[str, str | None]) -> None:
    """Credentials of a storage account are neither needed nor sent."""
    if any(ignored[name] for name in CREDENTIALS):
        log.warning("Credentials of the storage account are ignored: the service signs.")
