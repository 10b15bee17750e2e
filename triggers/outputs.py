"""What a job leaves - predictions, receipt, errors, partial rows - for who may read the job."""

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE
from shared.application.find_job_files import LINK_LIFETIME, ROWS, FindJobFiles
from shared.domain.errors import InvalidRequest
from shared.domain.job import Job, utc
from shared.domain.job_files import MEDIA_TYPES, JobOutputKind, OutputFile
from shared.domain.message import JSON
from shared.domain.output_options import OutputOptions
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
# The Functions host holds an answer in memory, some times over; what is larger is the store's.
LARGEST_ANSWER = 4 << 20
# Links are secrets: no cache may keep them. Scripts write what they like: no browser shows it.
NOT_CACHED = {"Cache-Control": "no-store"}
NOT_SHOWN = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
FOLLOW = "The file is where the header Location says: follow it (curl: -L).\n"


def list_outputs(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Every file, each with a link that opens it for an hour."""
    job = _find_job(request, services, orchestrations)
    first, find = _read_position(request), services.find_job_files
    found, has_more = cut(islice(find.list_all(job), first, None), page_size(request))
    answer = page(
        request, _write_files(found, find), last=str(first + len(found)) if has_more else ""
    )
    return Response(answer.status, answer.body, NOT_CACHED)


def get_output(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """The bytes of a small one; of a larger one where they are, for an hour."""
    job = _find_job(request, services, orchestrations)
    find = services.find_job_files
    file = find.one(job, request.path["output"])
    if file.size > LARGEST_ANSWER:
        headers = {"Location": find.link(file.location), **NOT_CACHED}
        return Response(HTTPStatus.FOUND, headers=headers, text=FOLLOW)
    return Response(
        HTTPStatus.OK,
        headers={**NOT_CACHED, **NOT_SHOWN},
        data=find.read(file),
        media_type=_media_type(job, file),
    )


def _media_type(job: Job, file: OutputFile) -> str:
    options = job.spec.settings.output
    if file.output is JobOutputKind.PREDICTIONS and not options.is_single:
        return MEDIA_TYPES[JobOutputKind.RECEIPT]  # the list of the files
    if file.output in ROWS and options.media_type != OutputOptions().media_type:
        return options.media_type
    return MEDIA_TYPES[file.output]


def _find_job(request: Request, services: Services, orchestrations: Orchestrations) -> Job:
    follow, name = services.follow_job, request.path["job"]
    endpoint = request.path.get("endpoint", "")
    job = follow.of_endpoint(endpoint, name) if endpoint else follow.of_run(name)[0]
    return follow.refresh(job, orchestrations)


def _read_position(request: Request) -> int:
    """How many files earlier pages showed; raises InvalidRequest."""
    token = start_after(request) or "0"
    if not token.isascii() or not token.isdigit() or len(token) > len(str(1 << 31)):
        raise InvalidRequest(
            f"'{token[:100]}' is not a place in this list.",
            fix="Follow the nextLink of the page before, or leave $skiptoken out to begin anew.",
            target="$skiptoken",
        )
    return int(token)


def _write_files(files: Iterable[OutputFile], find: FindJobFiles) -> list[JSON]:
    expires_on = utc(datetime.now(UTC) + LINK_LIFETIME)
    return [
        {
            "output": file.output,
            "name": file.name,
            "path": file.path,
            "size": file.size,
            "sha256": file.sha256 or None,
            "url": find.link_if_any(file.location),
            "expiresOn": expires_on,
        }
        for file in files
    ]


_LIST = RouteDocs(
    "The files that an ended job left, each with its size, its digest and a link.",
    answers={HTTPStatus.OK: AnswerKind.PAGE},
)
_GET = RouteDocs(
    "One output of an ended job: predictions, receipt, errors, or the rows that it kept.",
    answers={HTTPStatus.OK: AnswerKind.FILE, HTTPStatus.FOUND: AnswerKind.NOTHING},
)
_JOBS = {
    "": f"{WORKSPACE}/jobs/{{job}}/outputs",
    "_of_scoring_uri": "endpoints/{endpoint}/jobs/{job}/outputs",
    "_of_endpoint": f"{WORKSPACE}/batchEndpoints/{{endpoint}}/jobs/{{job}}/outputs",
}


def _routes(suffix: str, path: str) -> tuple[Route, Route]:
    return (
        Route(
            f"list_outputs{suffix}",
            "GET",
            path,
            Role.READER,
            list_outputs,
            is_durable=True,
            docs=_LIST,
        ),
        Route(
            f"get_output{suffix}",
            "GET",
            f"{path}/{{output}}",
            Role.READER,
            get_output,
            is_durable=True,
            docs=_GET,
        ),
    )


ROUTES = tuple(route for suffix, path in _JOBS.items() for route in _routes(suffix, path))
register(bp, ROUTES)
