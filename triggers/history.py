"""Run history, as far as the official client asks: runs, details, children, outputs, labels."""

from datetime import UTC, datetime

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.api.http import Request, Response
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.domain.errors import Conflict
from shared.domain.job import Change, Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.schemas import bodies, runs
from shared.services import Services
from shared.settings import Settings
from triggers.follow import live, of_run
from triggers.logs import log_link
from triggers.workspace import WORKSPACE, check_workspace, who

bp = df.Blueprint()
OK = 200


def get_run(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    return Response(OK, _run(request.path["run"], services, client))


def get_details(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    job, is_child = of_run(request.path["run"], services)
    now = datetime.now(UTC)
    current = live(job, services, client)
    names = services.log_reader.names(current)
    links = {name: log_link(job.spec.name, name, now, request, services) for name in names}
    return Response(OK, runs.write_details(current, log_files=links, is_child=is_child))


def list_children(request: Request, services: Services, client: DurableClient) -> Response:
    """The scoring step is a job's only child, and has none."""
    check_workspace(request, services.settings)
    job, is_child = of_run(request.path["run"], services)
    children = [] if is_child else [_run(job.spec.child, services, client)]
    return Response(OK, {"value": children, "nextLink": None})


def get_run_data(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    run = _run(runs.read_run_id(request.json), services, client)
    return Response(OK, {"runMetadata": run, "runDefinition": None, "jobSpecification": None})


def patch_run(request: Request, services: Services, client: DurableClient) -> Response:
    """Archive a job, or give it a name, a description, tags."""
    check_workspace(request, services.settings)
    body = request.json
    job, is_child = of_run(request.path["run"], services)
    if is_child:
        raise Conflict(
            f"Run '{job.spec.child}' is the scoring step of job '{job.spec.name}'.",
            fix="Change the job instead.",
            target="run",
        )
    change = Change.of(who(request), datetime.now(UTC))
    services.jobs.label(job.spec.name, lambda labels: runs.read_labels(body, labels).signed(change))
    return Response(OK, _run(job.spec.name, services, client))


def resolve_uris(request: Request, services: Services) -> Response:
    """Where the outputs with these ids lie; ids that are nobody's are left out."""
    check_workspace(request, services.settings)
    uris: dict[str, JSON] = {}
    for asset_id in runs.read_asset_ids(request.json):
        run = runs.run_of_asset(asset_id)
        job = services.jobs.of_run(run) if run else None
        if job is not None:
            uris[asset_id] = {"uri": runs.output_uri(job, _workspace_uri(services.settings))}
    return Response(OK, {"values": uris})


def _run(run: str, services: Services, client: DurableClient) -> JSON:
    job, is_child = of_run(run, services)
    current: Job = live(job, services, client)
    settings = services.settings
    assets = f"azureml://locations/{settings.location}/workspaces/{settings.workspace_name}"
    return runs.write_run(current, assets_uri=assets, is_child=is_child)


def _workspace_uri(settings: Settings) -> str:
    return (
        f"azureml://subscriptions/{settings.subscription_id}"
        f"/resourcegroups/{settings.resource_group}/workspaces/{settings.workspace_name}"
    )


_HISTORY = f"history/v1.0/{WORKSPACE}"
_RUN = f"{_HISTORY}/runs/{{run}}"
_LABELS = f"{_HISTORY}/experiments/{{experiment}}/runs/{{run}}"
_DATA = f"data/v1.0/{WORKSPACE}/dataversion/batchGetResolvedUris"

ROUTES = (
    Route("get_run", "GET", _RUN, Role.READER, durable_handler=get_run),
    Route("get_run_details", "GET", f"{_RUN}/details", Role.READER, durable_handler=get_details),
    Route("list_children", "GET", f"{_RUN}/children", Role.READER, durable_handler=list_children),
    Route(
        "get_run_data",
        "POST",
        f"{_HISTORY}/rundata",
        Role.READER,
        durable_handler=get_run_data,
        docs=RouteDocs("A run with its outputs.", body=bodies.RUN_DATA),
    ),
    Route(
        "patch_run",
        "PATCH",
        _LABELS,
        Role.INVOKER,
        durable_handler=patch_run,
        docs=RouteDocs("Archive or label a job.", body=bodies.LABELS),
    ),
    Route(
        "resolve_uris",
        "POST",
        _DATA,
        Role.READER,
        resolve_uris,
        docs=RouteDocs("Where outputs lie.", body=bodies.ASSET_IDS),
    ),
)
register(bp, ROUTES)
