"""Download what a job left: predictions with all that a script wrote beside them, receipt, errors.

Each file is checked against the job's receipt, and has its place in the folder only when it is
whole. A file that is there already, byte for byte, is not fetched again; another one is replaced,
as az does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from cli.answers import JSON
from cli.connection.service import Service
from cli.console import Console
from cli.downloads.download_all import Order, download_all
from cli.downloads.fetch import RemoteFile
from cli.downloads.links import Links
from cli.errors import CommandError, ResourceNotFound, UsageError
from cli.following.job_addresses import job_path

OUTPUTS = {"score": "predictions", "predictions": "predictions"} | {
    name: name for name in ("receipt", "errors", "partial")
}
"""The service's names of outputs by ours; `score` is az ml's."""


@dataclass(frozen=True)
class JobFile:
    """A file of an ended job, as the service lists it; `path` is its place in the output."""

    output: str
    path: str
    size: int
    sha256: str
    url: str

    @property
    def key(self) -> str:
        return f"{self.output}/{self.path}"


def download_output(
    service: Service, job: str, output_name: str, folder: Path, out: Console
) -> list[Path]:
    """Fetch one output (OUTPUTS) into the folder; where its files are now.

    Raises ResourceNotFound when the job left none, UsageError for another name, CommandError for a
    job that has not ended, and for what did not come whole.
    """
    wanted = output_kind(output_name)
    files = [one for one in list_files(service, job) if one.output == wanted]
    if not files:
        raise ResourceNotFound(
            f"Job '{job}' has no {wanted}.",
            fix=f"Why: bep job receipt --name {job}, bep job errors --name {job}",
        )
    return download_files(service, job, files, folder, out)


def output_kind(name: str) -> str:
    """The service's name of an output; raises UsageError."""
    if name.lower() not in OUTPUTS:
        raise UsageError(f"A job has no output '{name}'.", fix=f"Use one of: {', '.join(OUTPUTS)}.")
    return OUTPUTS[name.lower()]


def list_files(service: Service, job: str) -> Iterator[JobFile]:
    """Every file that the job left; raises CommandError while it has not ended."""
    for one in service.pages(f"{job_path(job)}/outputs", {"$top": "1000"}):
        yield _read_file(one)


def download_files(
    service: Service, job: str, files: Sequence[JobFile], folder: Path, out: Console
) -> list[Path]:
    links = Links(map(_link, files), lambda: map(_link, list_files(service, job)))
    orders = [_order(one, folder, links) for one in files]
    download_all(service, orders, folder, out)
    return [one.target for one in orders]


def _order(file: JobFile, folder: Path, links: Links) -> Order:
    link = partial(links.give, file.key)
    remote = RemoteFile(file.path, link, file.size, file.sha256)
    return Order(remote, target_path(file.path, folder))


def _link(file: JobFile) -> tuple[str, str]:
    return file.key, file.url


def target_path(path: str, folder: Path) -> Path:
    """Where in the folder a file goes; raises CommandError for a path that leads out of it."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute() or "\\" in path:
        raise CommandError(
            f"The output's file '{path[:200]}' has no place in a folder.",
            fix="Fetch it by its link: GET .../jobs/{job}/outputs lists it.",
        )
    return folder.joinpath(*parts)


def _read_file(document: JSON) -> JobFile:
    return JobFile(
        output=document["output"],
        path=document["path"],
        size=document["size"],
        sha256=document["sha256"] or "",
        url=document["url"],
    )
