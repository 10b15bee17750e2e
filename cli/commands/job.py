"""`job`: what invoking an endpoint starts; to look at, wait for, end and label."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain, islice

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.service import Service
from cli.console import Console
from cli.context import Context
from cli.errors import UsageError
from cli.following.job import follow_job
from cli.following.job_addresses import job_path, run_of, whole_address
from cli.labels import read_labels
from cli.views.job import child_view, job_view

MOST_A_PAGE = 1000
MAX_RESULTS = 50  # az's

log = get_logger(__name__)


def show(context: Context, name: str, web: bool = False) -> JSON:  # noqa: FBT001, FBT002  # a switch
    service = context.service
    document = service.get(job_path(name))
    if document["properties"] is None:
        run = run_of(service, name)
        return child_view(run, service.get(job_path(run["rootRunId"])))
    if web:
        _open(document)
    return job_view(document, service.get(whole_address(document)))


def list_all(
    context: Context,
    parent_job_name: str = "",
    max_results: int = MAX_RESULTS,
    all_results: str = "false",
    archived_only: bool = False,  # noqa: FBT001, FBT002  # a switch
    include_archived: bool = False,  # noqa: FBT001, FBT002  # a switch
    tag: str = "",
) -> list[JSON]:
    if max_results < 1:
        raise UsageError(f"--max-results {max_results} lists nothing.", fix="Use 1 or more.")
    most = None if all_results == "true" else max_results
    if parent_job_name:
        return list(islice(_children(context.service, parent_job_name), most))
    view = "ArchivedOnly" if archived_only else "All" if include_archived else "ActiveOnly"
    query = {"listViewType": view, "$top": str(min(most or MOST_A_PAGE, MOST_A_PAGE))}
    jobs = context.service.pages("jobs", query | ({"tag": tag} if tag else {}))
    return [job_view(one) for one in islice(jobs, most)]


def _children(service: Service, job: str) -> Iterator[JSON]:
    parent = service.get(job_path(job))
    for run in service.pages(f"/history/v1.0{service.workspace}/runs/{job}/children"):
        yield child_view(run, parent)


def stream(context: Context, name: str) -> JSON:
    service = context.service
    whole = follow_job(service, name, Console())
    return job_view(service.get(job_path(whole["name"])), whole)


def cancel(context: Context, name: str) -> None:
    service = context.service
    answer = service.send("POST", f"{job_path(name)}/cancel", {})
    try:
        while answer.status == HTTPStatus.ACCEPTED:
            time.sleep(min(answer.retry_after_s, 5.0))
            answer = service.send("GET", answer.headers["location"])
    except KeyboardInterrupt:
        log.warning("The service goes on canceling. Look at it: bep job show --name %s", name)
        raise
    log.warning("Job '%s' is %s.", name, run_of(service, name)["status"])


def archive(context: Context, name: str) -> None:
    _patch(context.service, name, {"hidden": True})


def restore(context: Context, name: str) -> None:
    _patch(context.service, name, {"hidden": False})


def update(
    context: Context,
    name: str,
    settings: list[list[str]] | None = None,
    removals: list[list[str]] | None = None,
    web: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> JSON:
    changes = read_labels([*chain(*(settings or ()))], [*chain(*(removals or ()))])
    _patch(context.service, name, changes)
    return show(context, name, web=web)


def create(
    context: Context,  # noqa: ARG001  # every command has one
    file: str = "",
    name: str = "",  # noqa: ARG001  # az's flags are taken, so that it is the job that is refused
    settings: list[list[str]] | None = None,  # noqa: ARG001
    stream: bool = False,  # noqa: ARG001, FBT001, FBT002
    web: bool = False,  # noqa: ARG001, FBT001, FBT002
) -> None:
    what = f"'{file}' describes a job" if file else "'job create' starts a job"
    raise UsageError(
        f"{what} of its own, and this service runs jobs of batch endpoints only.",
        fix="Deploy the model behind an endpoint (bep batch-endpoint create, bep batch-deployment "
        "create) and invoke that: bep batch-endpoint invoke. Or all in one: bep score MODEL DATA",
    )


def _patch(service: Service, name: str, changes: JSON) -> None:
    document = service.get(job_path(name))
    if document["properties"] is None:
        raise UsageError(
            f"'{name}' is a step of a job, and has no labels of its own.",
            fix=f"Name its job: {run_of(service, name)['rootRunId']}.",
        )
    experiment = document["properties"]["experimentName"]
    service.patch(f"/history/v1.0{service.workspace}/experiments/{experiment}/runs/{name}", changes)


def _open(document: JSON) -> None:
    """Print the Web View's address; a terminal has somebody who may look at it."""
    import webbrowser  # noqa: PLC0415  # rarely needed

    address = document["properties"]["services"]["Studio"]["endpoint"]
    log.warning("Web View: %s", address)
    if Console().is_terminal:
        webbrowser.open(address)
