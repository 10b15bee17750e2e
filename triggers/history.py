"""Run history, as far as the official client asks: runs, details, children, outputs, labels."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_uris import log_uri
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, who
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import bodies, runs
from shared.services import Services
from shared.settings import Settings

bp = df.Blueprint()


def get_run(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    return Response(HTTPStatus.OK, _write_run(request.path["run"], services, orchestrations))


def get_details(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    job, is_child = services.follow_job.of_run(request.path["run"])
    current = services.follow_job.refresh(job, orchestrations)
    queries = services.read_job_log.link_all(current)
    links = {log: log_uri(current, query, request) for log, query in queries.items()}
    return Response(HTTPStatus.OK, runs.write_details(current, log_files=links, is_child=is_child))


def list_children(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """The scoring step is a job's only child, and has none."""
    job, is_child = services.follow_job.of_run(request.path["run"])
    children = [] if is_child else [_write_run(job.spec.child, services, orchestrations)]
    return Response(HTTPStatus.OK, {"value": children, "nextLink": None})


def get_run_data(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    run = _write_run(runs.read_run_id(request.json), services, orchestrations)
    return Response(
        HTTPStatus.OK, {"runMetadata": run, "runDefinition": None, "jobSpecification": None}
    )


def patch_run(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Archive a job, or give it a name, a description, tags."""
    body = request.json
    job = services.label_job(
        request.path["run"], lambda labels: runs.read_labels(body, labels), who(request)
    )
    return Response(HTTPStatus.OK, _write_run(job.spec.name, services, orchestrations))


def resolve_uris(request: Request, services: Services, _: Orchestrations) -> Response:
    """Where the outputs with these ids lie; ids that are nobody's are left out."""
    uris: dict[str, JSON] = {}
    for asset_id in runs.read_asset_ids(request.json):
        run = runs.run_of_asset(asset_id)
        job = services.jobs.of_run(run) if run else None
        if job is not None:
            uris[asset_id] = {"uri": runs.output_uri(job, _workspace_uri(services.settings))}
    return Response(HTTPStatus.OK, {"values": uris})


def _write_run(run: str, services: Services, orchestrations: Orchestrations) -> JSON:
    job, is_child = services.follow_job.of_run(run)
    current = services.follow_job.refresh(job, orchestrations)
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
    Route("get_run", "GET", _RUN, Role.READER, get_run, is_durable=True),
    Route("get_run_details", "GET", f"{_RUN}/details", Role.READER, get_details, is_durable=True),
    Route("list_children", "GET", f"{_RUN}/children", Role.READER, list_children, is_durable=True),
    Route(
        "get_run_data",
        "POST",
        f"{_HISTORY}/rundata",
        Role.READER,
        get_run_data,
        is_durable=True,
        docs=RouteDocs("A run with its outputs.", body=bodies.RUN_DATA),
    ),
    Route(
        "patch_run",
        "PATCH",
        _LABELS,
        Role.INVOKER,
        patch_run,
        is_durable=True,
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
