"""A job's logs for whoever may read the job: which there are, pieces of one, and a search in it."""

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_looks import answer, number
from shared.api.job_uris import job_log_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.watch_log import LARGEST_PIECE, PIECE, Found
from shared.domain.errors import InvalidRequest
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
LONGEST_SEARCH = 200
FARTHEST = 10**12


def list_job_logs(request: Request, services: Services, _: Orchestrations) -> Response:
    job = _find(request, services)
    sizes = services.look_into_job.watch_log.sizes(job)
    version = "\n".join((job.spec.child, *(f"{name} {size}" for name, size in sizes)))
    return answer(
        request,
        services,
        version,
        lambda: {
            "value": [
                {"name": name, "size": size, "url": job_log_uri(job, request, name)}
                for name, size in sizes
            ]
        },
    )


def get_job_log(request: Request, services: Services, _: Orchestrations) -> Response:
    """From a byte on, or the lines that hold a text, or those of a mini-batch."""
    job, watch = _find(request, services), services.look_into_job.watch_log
    name, text = request.query.get("name", ""), request.query.get("search", "")
    version = f"{job.spec.child}\n{watch.reader.size(job, name)}"
    if text or "mini_batch" in request.query:
        return answer(
            request, services, version, lambda: _search(job, name, text, request, services)
        )
    start = number(request, "from", 0, lowest=-FARTHEST)
    most = number(request, "most", PIECE, lowest=1, highest=LARGEST_PIECE)

    def write() -> JSON:
        piece = watch.piece(job, name, start, most)
        return {
            "name": name,
            "size": piece.size,
            "from": piece.start,
            "to": piece.stop,
            "text": piece.text,
        }

    return answer(request, services, version, write)


def _search(job: Job, name: str, text: str, request: Request, services: Services) -> JSON:
    watch, start = services.look_into_job.watch_log, number(request, "from", 0)
    if len(text) > LONGEST_SEARCH:
        raise InvalidRequest(
            f"The text to search for has {len(text)} characters.",
            fix=f"Use at most {LONGEST_SEARCH}.",
            target="search",
        )
    if text:
        return _write_found(name, watch.search(job, name, text, start))
    minibatch = number(request, "mini_batch", 0, highest=1 << 31)
    return _write_found(name, watch.find_minibatch(job, name, minibatch, start))


def _write_found(name: str, found: Found) -> JSON:
    return {
        "name": name,
        "size": found.size,
        "to": found.stop,
        "matches": [{"offset": one.offset, "line": one.line} for one in found.matches],
    }


def _find(request: Request, services: Services) -> Job:
    """Logs lie in the store: how far the job is makes no difference."""
    return services.follow_job.of_endpoint(request.path["endpoint"], request.path["job"])


_JOB = "endpoints/{endpoint}/jobs/{job}"
_DOCUMENT = {200: AnswerKind.DOCUMENT, 304: AnswerKind.NOTHING}
_IF = ("If-None-Match",)
ROUTES = (
    Route(
        "list_job_logs",
        "GET",
        f"{_JOB}/logs",
        Role.READER,
        list_job_logs,
        docs=RouteDocs("A job's logs, with their sizes.", answers=_DOCUMENT, headers=_IF),
    ),
    Route(
        "get_job_log",
        "GET",
        f"{_JOB}/log",
        Role.READER,
        get_job_log,
        docs=RouteDocs(
            "A piece of a log, from any byte on; or the lines of it that hold a text.",
            answers=_DOCUMENT,
            query=("name", "from", "most", "search", "mini_batch"),
            headers=_IF,
        ),
    ),
)
register(bp, ROUTES)
