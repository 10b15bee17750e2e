"""A job's mini-batches: which shards hold them, their states in columns, and one of them whole."""

from datetime import datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_looks import answer, inspected, number
from shared.api.job_uris import job_log_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.inspect_job import Inspected, Minibatch
from shared.domain.errors import InvalidRequest
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.minibatch import MINIBATCHES_PER_SHARD
from shared.domain.role import Role
from shared.domain.sheet import COLUMNS, STATE_NAMES, Sheet
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
# Some 10 kB each with all their columns.
MOST_SHARDS = 100
MORE = ("scorers", "causes", "failed_tries", "loads", "memory_mb", "memory_limit_mb")
# One may hold a million files; who wants them all reads the job's plan.
MOST_FILES = 1_000


def list_shards(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Which shards there are, each with the etag of what it holds."""
    seen = inspected(request, services, orchestrations)
    first = number(request, "from", 0)
    return answer(request, services, seen.version, lambda: _write_shards(seen, first))


def list_minibatches(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """The mini-batches of some shards, in columns."""
    seen = inspected(request, services, orchestrations)
    shards, columns = _read_shards(request, seen), _read_columns(request)
    etags = [seen.etag_of(shard) for shard in shards]
    sheet_of = services.look_into_job.inspect.sheet
    asked = request.query.get("etag", "")
    are_closed = all(shard < len(seen.closed) for shard in shards)

    def write() -> JSON:
        return {
            "states": STATE_NAMES,
            "shards": [_write_sheet(seen, sheet_of(seen, one), columns) for one in shards],
        }

    version = "\n".join((seen.job.spec.child, *etags))
    is_final = are_closed and len(shards) == 1 and asked == etags[0]
    return answer(request, services, version, write, is_final=is_final)


def get_minibatch(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """One mini-batch: files, tries, error, scorer, and where its log is."""
    seen = inspected(request, services, orchestrations)
    text = request.path["number"]
    if not text.isascii() or not text.isdigit() or len(text) > len(str(1 << 31)):
        raise InvalidRequest(
            f"'{text[:100]}' is not the number of a mini-batch.",
            fix="Use a whole number; the first one is 0.",
            target="number",
        )
    version = f"{seen.job.spec.child}\n{seen.etag_of(int(text) // MINIBATCHES_PER_SHARD)}"
    find = services.look_into_job.inspect.minibatch
    return answer(
        request, services, version, lambda: _write_minibatch(seen, find(seen, int(text)), request)
    )


def _write_shards(seen: Inspected, first: int) -> JSON:
    job, plan = seen.job, seen.plan
    since = job.state.scoring_since
    is_open = seen.open_shard is not None
    return {
        "job": job.spec.name,
        "status": job.status,
        "created_at": utc(job.spec.created_at),
        "scoring_since_ms": _offset(seen, since) if since else None,
        "files": plan.files,
        "mini_batches": plan.minibatches,
        "mini_batch_size": job.spec.settings.mini_batch_size,
        "shard_size": MINIBATCHES_PER_SHARD,
        "shards": plan.shards,
        "from": first,
        "closed": seen.closed[first:],
        "open": {"shard": seen.open_shard, "etag": seen.open_etag} if is_open else None,
        "running": [[one.first, one.stop] for one in seen.running],
    }


def _offset(seen: Inspected, moment: datetime) -> int:
    return round((moment - seen.job.spec.created_at).total_seconds() * 1000)


def _read_shards(request: Request, seen: Inspected) -> list[int]:
    """`shard=3`, `shard=0-9` or `shard=1,4-6`; all, if they are few. Raises InvalidRequest."""
    planned = seen.plan.shards
    text = request.query.get("shard", "")
    if not text:
        return list(range(min(planned, MOST_SHARDS)))
    shards = list[int]()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if not all(
            one.isascii() and one.isdigit() and len(one) < len(str(1 << 31))
            for one in (first, last)
        ):
            raise _no_shards(text, planned)
        shards += range(int(first), min(int(last), int(first) + MOST_SHARDS) + 1)
    if not shards or max(shards) >= planned or len(shards) > MOST_SHARDS:
        raise _no_shards(text, planned)
    return shards


def _no_shards(text: str, planned: int) -> InvalidRequest:
    return InvalidRequest(
        f"'{text[:100]}' does not name shards of this job, which has {planned}.",
        fix=f"Use numbers from 0, such as 3 or 0-9 or 1,4-6, at most {MOST_SHARDS} at once.",
        target="shard",
    )


def _read_columns(request: Request) -> set[str]:
    """Raises InvalidRequest for a column that there is not."""
    text = request.query.get("columns", "")
    asked = {one.strip() for one in text.split(",")} - {"", "states"}
    if unknown := sorted(asked - {*COLUMNS, *MORE}):
        raise InvalidRequest(
            f"There is no column '{unknown[0][:100]}'.",
            fix=f"Use states, {', '.join((*COLUMNS, *MORE))}, or leave it out for all.",
            target="columns",
        )
    return asked if text else {*COLUMNS, *MORE}


def _write_sheet(seen: Inspected, sheet: Sheet, columns: set[str]) -> JSON:
    return {
        "shard": sheet.shard,
        "etag": seen.etag_of(sheet.shard),
        "is_closed": sheet.shard < len(seen.closed),
        "first": sheet.first,
        "states": sheet.states,
        **sheet.model_dump(mode="json", include=columns),
    }


def _write_minibatch(seen: Inspected, one: Minibatch, request: Request) -> JSON:
    report = one.report
    body: dict[str, JSON] = {
        "number": one.number,
        "shard": one.number // MINIBATCHES_PER_SHARD,
        "state": one.state,
        "file_count": len(one.files),
        "files": [
            {"name": file.name, "size": file.size, "etag": file.etag}
            for file in one.files[:MOST_FILES]
        ],
        "report": report.to_wire() if report else None,
        "start_ms": _offset(seen, report.started_at) if report and report.started_at else None,
        "failed_tries": [
            {**tried.to_wire(), "start_ms": _offset(seen, tried.started_at)} for tried in one.tries
        ],
        "errors": [error.to_wire() for error in one.errors[:MOST_FILES]],
        "scorer": one.process,
        "note": one.note,
        "logs": {},
    }
    if one.process:
        body["logs"] = {
            kind: job_log_uri(seen.job, request, name)
            for kind, name in {
                "errors": f"logs/user/error/{one.process}.txt",
                "stdout": f"logs/user/stdout/{one.process}.stdout.txt",
                "stderr": f"logs/user/stderr/{one.process}.stderr.txt",
            }.items()
        }
        body["logs"]["errors"] += f"&mini_batch={one.number}"
    return body


_JOB = "endpoints/{endpoint}/jobs/{job}"
_DOCUMENT = {200: AnswerKind.DOCUMENT, 304: AnswerKind.NOTHING}
_IF = ("If-None-Match",)
ROUTES = (
    Route(
        "list_shards",
        "GET",
        f"{_JOB}/shards",
        Role.READER,
        list_shards,
        is_durable=True,
        docs=RouteDocs(
            "A job's shards, each with the etag of its mini-batches: what changed is read anew.",
            answers=_DOCUMENT,
            query=("from",),
            headers=_IF,
        ),
    ),
    Route(
        "list_minibatches",
        "GET",
        f"{_JOB}/minibatches",
        Role.READER,
        list_minibatches,
        is_durable=True,
        docs=RouteDocs(
            "The mini-batches of some shards in columns: states, files, tries, times, causes.",
            answers=_DOCUMENT,
            query=("shard", "columns", "etag"),
            headers=_IF,
        ),
    ),
    Route(
        "get_minibatch",
        "GET",
        f"{_JOB}/minibatches/{{number}}",
        Role.READER,
        get_minibatch,
        is_durable=True,
        docs=RouteDocs(
            "One mini-batch: its files, tries, errors and scorer.", answers=_DOCUMENT, headers=_IF
        ),
    ),
)
register(bp, ROUTES)
