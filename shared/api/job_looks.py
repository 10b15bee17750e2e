"""What the routes that look into a job share: the job, numbers in queries, answers with etags."""

import json
from collections.abc import Callable
from http import HTTPStatus

from shared.api.conditions import is_unchanged
from shared.api.http import Request, Response
from shared.application.inspect_job import Inspected, digest_of
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.ports import Orchestrations
from shared.services import Services

JSON_MEDIA = "application/json"
# Without a token there is no answer: no cache of several people's may keep it.
CHANGING = "private, no-cache"
NEVER_CHANGING = "private, max-age=31536000, immutable"
LONGEST_NUMBER = 15


def inspected(request: Request, services: Services, orchestrations: Orchestrations) -> Inspected:
    """The job of the path, as it is now; raises NotFound."""
    look = services.look_into_job.inspect
    return look(request.path["endpoint"], request.path["job"], orchestrations)


def answer(
    request: Request,
    services: Services,
    version: str,
    make: Callable[[], JSON],
    *,
    is_final: bool = False,
) -> Response:
    """Compact JSON of that version, or 304 for who has it; `is_final`: this URL's never changes."""
    asked = (f"{name}={value}" for name, value in sorted(request.query.items()))
    etag = digest_of((version, request.base_url, request.requested_path.lower(), *asked))
    headers = {"ETag": f'"{etag}"', "Cache-Control": NEVER_CHANGING if is_final else CHANGING}
    if is_unchanged(request, etag):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    data = services.look_into_job.once(etag, lambda: _compact(make()))
    return Response(HTTPStatus.OK, headers=headers, data=data, media_type=JSON_MEDIA)


def number(
    request: Request, name: str, usual: int, *, lowest: int = 0, highest: int = 10**12
) -> int:
    """A whole number of the query; raises InvalidRequest."""
    text = request.query.get(name, "")
    if not text:
        return usual
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(text) <= LONGEST_NUMBER
    if not is_number or not lowest <= int(text) <= highest:
        raise InvalidRequest(
            f"'{text[:100]}' in {name} is not a whole number from {lowest} to {highest}.",
            fix=f"Leave it out for {usual}.",
            target=name,
        )
    return int(text)


def _compact(body: JSON) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        errors="backslashreplace"
    )
