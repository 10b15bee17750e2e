"""What a job's numbers say: its errors by cause, its timeline, and what to set differently."""

from datetime import UTC, datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_looks import answer, inspected, number
from shared.api.job_uris import job_log_uri, poll_uri
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Handler, Route, register
from shared.application.explain_errors import FailedFile
from shared.application.inspect_job import Inspected
from shared.domain.error_causes import Cause
from shared.domain.errors import InvalidRequest
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.timeline import Timeline
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
USUAL_SPANS, MOST_SPANS = 2_000, 20_000
USUAL_GROUPS, MOST_GROUPS = 50, 100


def get_timeline(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """What each scorer did and when, thinned to `most` spans."""
    seen = inspected(request, services, orchestrations)
    most = number(request, "most", USUAL_SPANS, lowest=2, highest=MOST_SPANS)
    start, end = number(request, "from_ms", 0), number(request, "to_ms", 10**12)
    sheets = services.look_into_job.inspect.all_sheets

    def write() -> JSON:
        whole = Timeline.of(sheets(seen), start, end)
        shown = whole.thinned(most)
        return {
            "job": seen.job.spec.name,
            "created_at": utc(seen.job.spec.created_at),
            "total_spans": len(whole.spans),
            "is_thinned": shown is not whole,
            "scorer_count": len(whole.scorers),
            **shown.to_wire(),
        }

    return answer(request, services, seen.version, write)


def list_error_groups(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """Errors by cause, the most files first, as far as they are recorded."""
    seen = inspected(request, services, orchestrations)
    most = number(request, "most", USUAL_GROUPS, lowest=1, highest=MOST_GROUPS)
    explain = services.look_into_job.explain

    def write() -> JSON:
        groups = explain.groups(seen)
        return {
            "job": seen.job.spec.name,
            "status": seen.job.status,
            "failed_files": seen.job.state.tally.failed_files,
            "group_count": len(groups),
            "groups": [_write_group(seen, *one, request) for one in groups[:most]],
        }

    return answer(request, services, seen.version, write)


def list_files_of_group(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """The files behind one cause, page by page."""
    seen = inspected(request, services, orchestrations)
    files = services.look_into_job.explain.files(seen, request.path["cause"], _position(request))
    found, has_more = cut(files, page_size(request))
    last = "{}.{}".format(*found[-1].position) if has_more else ""
    return page(request, [_write_file(seen, one, request) for one in found], last=last)


def get_insights(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Durations, pace, suggestions, and the job before."""
    seen = inspected(request, services, orchestrations)
    advise, at_once = services.look_into_job.advise, services.settings.downloads_at_once
    return answer(
        request,
        services,
        seen.version,
        lambda: advise(seen, datetime.now(UTC), downloads_at_once=at_once),
    )


def _write_group(seen: Inspected, cause: Cause, process: str, request: Request) -> JSON:
    return {
        **cause.to_wire(),
        "log": _log(seen, process, cause.first, request),
        "files_url": f"{poll_uri(seen.job, request)}/errors/groups/{cause.id}",
    }


def _write_file(seen: Inspected, one: FailedFile, request: Request) -> JSON:
    log = _log(seen, one.process, one.error.mini_batch, request)
    return {**one.error.to_wire(), "log": log}


def _log(seen: Inspected, process: str, minibatch: int, request: Request) -> JSON:
    """Where the traceback is: the log's name, and the address that finds its line."""
    if not process:
        return None
    name = f"logs/user/error/{process}.txt"
    url = f"{job_log_uri(seen.job, request, name)}&mini_batch={minibatch}"
    return {"name": name, "url": url}


def _position(request: Request) -> tuple[int, int]:
    """Where the page before ended; raises InvalidRequest."""
    token = start_after(request)
    if not token:
        return 0, -1
    shard, dot, place = token.partition(".")
    if not (dot and f"{shard}{place}".isascii() and shard.isdigit() and place.isdigit()):
        raise InvalidRequest(
            f"'{token[:100]}' is not a place in this list.",
            fix="Follow the nextLink of the page before, or leave $skiptoken out to begin anew.",
            target="$skiptoken",
        )
    return int(shard[:9]), int(place[:12])


_JOB = "endpoints/{endpoint}/jobs/{job}"
_DOCUMENT = {200: AnswerKind.DOCUMENT, 304: AnswerKind.NOTHING}
_IF = ("If-None-Match",)


def _route(name: str, path: str, handler: Handler, docs: RouteDocs) -> Route:
    return Route(name, "GET", f"{_JOB}/{path}", Role.READER, handler, is_durable=True, docs=docs)


ROUTES = (
    _route(
        "get_timeline",
        "timeline",
        get_timeline,
        RouteDocs(
            "What each scorer did and when, in columns, thinned to so many spans.",
            answers=_DOCUMENT,
            query=("most", "from_ms", "to_ms"),
            headers=_IF,
        ),
    ),
    _route(
        "list_error_groups",
        "errors/groups",
        list_error_groups,
        RouteDocs(
            "A job's errors by cause, the most files first.",
            answers=_DOCUMENT,
            query=("most",),
            headers=_IF,
        ),
    ),
    _route(
        "list_files_of_group",
        "errors/groups/{cause}",
        list_files_of_group,
        RouteDocs("The files that failed by one cause.", answers={200: AnswerKind.PAGE}),
    ),
    _route(
        "get_insights",
        "insights",
        get_insights,
        RouteDocs(
            "Where a job's time went, what to set differently, and how the job before it was.",
            answers=_DOCUMENT,
            headers=_IF,
        ),
    ),
)
register(bp, ROUTES)
