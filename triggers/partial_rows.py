"""The rows that a job has scored so far, in pieces, for whoever may read the job."""

from datetime import UTC, datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_looks import inspected, number
from shared.api.job_uris import poll_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.find_job_files import LINK_LIFETIME
from shared.application.inspect_job import Inspected
from shared.application.read_partial import PartialView, Piece
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.partial_rows import ROWS
from shared.domain.receipt import Verdict
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services
from shared.stores.output_bytes import header_line

bp = df.Blueprint()
NOT_CACHED = {"Cache-Control": "no-store"}  # links are secrets


def read_partial(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Which mini-batches are in and which are missing; and where the rows lie, in order."""
    seen = inspected(request, services, orchestrations)
    view = services.look_into_job.read_partial(seen, number(request, "from", 0))
    body = _write(seen, view, request) | {
        "pieces": [_write_piece(one, services) for one in view.pieces],
        "expires_on": utc(datetime.now(UTC) + LINK_LIFETIME),
    }
    return Response(HTTPStatus.OK, body, NOT_CACHED)


def _write(seen: Inspected, view: PartialView, request: Request) -> dict[str, JSON]:
    job, options = seen.job, seen.job.spec.settings.output.in_pieces
    own = f"{poll_uri(job, request)}/partial"
    return {
        "job": job.spec.name,
        "status": job.status,
        "verdict": Verdict.PARTIAL,
        "format": options.format,
        "compress": options.compress,
        "file_name": f"{ROWS}{options.extension}",
        "header": header_line(view.columns).decode(),
        "files": seen.plan.files,
        "mini_batches": seen.plan.minibatches,
        "done": [span.to_wire() for span in view.done],
        "missing": view.missing.to_wire(),
        "nextLink": f"{own}?from={view.next_shard}" if view.next_shard else None,
    }


def _write_piece(piece: Piece, services: Services) -> JSON:
    segments = piece.segments
    return {
        "mini_batches": [span.to_wire() for span in piece.spans],
        "files": piece.files,
        "rows": sum(one.rows for one in segments),
        "bytes": sum(one.bytes for one in segments),
        "segments": [{"bytes": one.bytes, "sha256": one.sha256} for one in segments if one.bytes],
        "url": services.find_job_files.link(piece.location)
        if any(one.bytes for one in segments)
        else None,
    }


ROUTES = (
    Route(
        "read_partial",
        "GET",
        "endpoints/{endpoint}/jobs/{job}/partial",
        Role.READER,
        read_partial,
        is_durable=True,
        docs=RouteDocs(
            "The rows that a job has scored so far: pieces with links, and what is missing.",
            answers={200: AnswerKind.DOCUMENT},
            query=("from",),
        ),
    ),
)
register(bp, ROUTES)
