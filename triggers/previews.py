"""The first rows of what a job predicted, as a table."""

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_looks import answer, number
from shared.api.job_uris import poll_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.preview_output import Previewed
from shared.domain.errors import NotFound
from shared.domain.job import Job
from shared.domain.job_files import JobOutputKind
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
USUAL_ROWS, MOST_ROWS = 20, 200


def preview_output(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """Rows of the predictions file, or with `path` of a file beside it."""
    _check_output(request.path["output"])
    follow = services.follow_job
    found = follow.of_endpoint(request.path["endpoint"], request.path["job"])
    job = follow.refresh(found, orchestrations)
    rows = number(request, "rows", USUAL_ROWS, lowest=1, highest=MOST_ROWS)
    path, make = request.query.get("path", ""), services.look_into_job.preview
    version = f"{job.spec.child}\n{job.status}\n{job.state.output_sha256}"
    return answer(request, services, version, lambda: _write(job, make(job, path, rows), request))


def _check_output(name: str) -> None:
    if name.lower() != JobOutputKind.PREDICTIONS:
        raise NotFound(
            f"There is no preview of '{name[:100]}'.",
            fix=f"Use {JobOutputKind.PREDICTIONS}; receipt and errors are short: read them whole.",
            target="output",
        )


def _write(job: Job, found: Previewed, request: Request) -> JSON:
    table = found.table
    return {
        "job": job.spec.name,
        "path": found.file.path,
        "bytes": found.file.size,
        "format": table.format,
        "delimiter": table.delimiter or None,
        "has_header": table.has_header,
        "columns": table.columns,
        "rows": table.rows,
        "is_all": found.is_all,
        "whole": {
            "url": f"{poll_uri(job, request)}/outputs/{JobOutputKind.PREDICTIONS}",
            "rows": job.state.tally.rows,
            "command": f"bep job download --name {job.spec.name}",
        },
    }


ROUTES = (
    Route(
        "preview_output",
        "GET",
        "endpoints/{endpoint}/jobs/{job}/outputs/{output}/preview",
        Role.READER,
        preview_output,
        is_durable=True,
        docs=RouteDocs(
            "The first rows of an ended job's predictions, as a table.",
            answers={200: AnswerKind.DOCUMENT, 304: AnswerKind.NOTHING},
            query=("rows", "path"),
            headers=("If-None-Match",),
        ),
    ),
)
register(bp, ROUTES)
