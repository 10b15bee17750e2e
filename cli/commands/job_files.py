"""`job download|receipt|left-out|errors|insights|logs`: what a job left, and what it said."""

import json
from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.service import Service
from cli.console import Console
from cli.context import Context
from cli.downloads.job_outputs import (
    JobFile,
    download_files,
    download_output,
    list_files,
    output_kind,
    target_path,
)
from cli.downloads.partial_rows import download_partial
from cli.downloads.save import save
from cli.errors import CommandError, ResourceNotFound
from cli.following.job_addresses import address_of, job_path, log_links

NAMED_OUTPUTS, ARTIFACTS, SCORE = "named-outputs", "artifacts", "score"
PARTIAL = output_kind("partial")
ENDED = {"Completed", "Failed", "Canceled"}
TERMINAL = ["Completed", "Failed", "Canceled", "NotResponding", "Paused"]

log = get_logger(__name__)


def download(
    context: Context,
    name: str,
    download_path: str = ".",
    output_name: str = "",
    all_outputs: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> None:
    """As az: the predictions into the folder itself; a named output, or all, into folders in it.

    Partial rows are those that are there by now, of a job that runs, too.
    """
    service, folder, out = context.service, Path(download_path), Console()
    wanted = output_kind(output_name or SCORE)
    if wanted == PARTIAL and not all_outputs:
        _download_partial(service, name, folder / NAMED_OUTPUTS / PARTIAL, out)
        return
    _check_ended(service, name)
    if all_outputs:
        _download_all(service, name, folder, out)
    elif output_name:
        into = SCORE if wanted == output_kind(SCORE) else wanted
        download_output(service, name, output_name, folder / NAMED_OUTPUTS / into, out)
    else:
        download_output(service, name, SCORE, folder, out)


def receipt(context: Context, name: str) -> JSON:
    return context.service.get(f"{job_path(name)}/outputs/receipt")


def left_out(context: Context, name: str) -> JSON:
    """What of the input folder was no input: how many for each reason, and the first by name."""
    return receipt(context, name).get("left_out") or {"counts": {}, "files": []}


def insights(context: Context, name: str) -> JSON:
    service = context.service
    return service.get(f"{address_of(service, name)}/insights")


def errors(
    context: Context,
    name: str,
    group: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> list[JSON]:
    """The lines of errors.jsonl: small ones are the answer, many are where it leads.

    With `group` their causes, of a job that still runs, too.
    """
    service = context.service
    if group:
        groups: list[JSON] = service.get(f"{address_of(service, name)}/errors/groups")["groups"]
        return groups
    answer = service.send("GET", f"{job_path(name)}/outputs/errors")
    location = answer.headers.get("location", "")
    lines = (service.read_link(location) if location else answer.body).splitlines()
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        raise CommandError(
            f"The errors of job '{name}' are no JSON, so this is not the service's answer.",
            fix="Check the address: --url, BEP_URL, 'bep login --url'.",
        ) from None


def logs(
    context: Context,
    name: str,
    log_name: str = "",
    download: bool = False,  # noqa: FBT001, FBT002  # a switch
    download_path: str = ".",
) -> JSON:
    """The names of the logs; one log's text; or nothing, with all of them in artifacts/."""
    service = context.service
    if download:
        _download_logs(service, name, Path(download_path) / ARTIFACTS, Console())
        return None
    links = log_links(service, name)
    if not log_name:
        return sorted(links)
    if log_name not in links:
        raise ResourceNotFound(
            f"Job '{name}' has no log '{log_name}'.", fix=f"It has: {', '.join(sorted(links))}."
        )
    return service.read_link(links[log_name]).decode(errors="replace")


def _download_partial(service: Service, job: str, folder: Path, out: Console) -> None:
    """What an ended job kept, or what one has so far that runs."""
    has_ended = _status(service, job) in ENDED
    files = list(list_files(service, job)) if has_ended else []
    if any(one.output == PARTIAL for one in files):
        kept = [one for one in files if one.output in {PARTIAL, "receipt"}]
        download_files(service, job, kept, folder, out)
        return
    download_partial(service, job, folder, out)


def _status(service: Service, job: str) -> str:
    """Of a scoring step, whose document has none, as of a job that is over."""
    document = service.get(job_path(job))
    return str((document["properties"] or {"status": "Completed"})["status"])


def _check_ended(service: Service, job: str) -> None:
    status = _status(service, job)
    if status not in TERMINAL:
        raise CommandError(
            f"This job is in state {status}. Download is allowed only in states {TERMINAL}.",
            fix=f"Wait for its end: bep job stream --name {job}",
        )


def _download_all(service: Service, job: str, folder: Path, out: Console) -> None:
    files = list(list_files(service, job))
    score = [one for one in files if one.output == output_kind(SCORE)]
    kept = [one for one in files if one.output == PARTIAL]
    rest = [one for one in files if one.output not in {PARTIAL, output_kind(SCORE)}]
    if not score:
        log.warning("Job '%s' published no predictions: bep job errors --name %s", job, job)
    download_files(service, job, score, folder / NAMED_OUTPUTS / SCORE, out)
    download_files(service, job, kept, folder / NAMED_OUTPUTS / PARTIAL, out)
    download_files(service, job, rest, folder / ARTIFACTS, out)
    _download_logs(service, job, folder / ARTIFACTS, out, besides=rest)


def _download_logs(
    service: Service, job: str, folder: Path, out: Console, besides: list[JobFile] | None = None
) -> None:
    there = {one.path for one in besides or ()}
    for name, link in log_links(service, job).items():
        if name in there:
            continue
        target = target_path(name, folder)
        save(service.read_link(link), target)
        out.line(str(target))
