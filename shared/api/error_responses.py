"""Errors to status codes, in ARM's shape. Nothing else knows the codes."""

from shared.api.http import Response
from shared.domain.errors import (
    AccountRefuses,
    BatchError,
    BlocksMissing,
    Conflict,
    Forbidden,
    InvalidRequest,
    ModelMissing,
    NotFound,
    PreconditionFailed,
    PreflightFailed,
    Removed,
    ServiceUnavailable,
    StoreRefuses,
    Unauthenticated,
)
from shared.domain.message import JSON

STATUSES: dict[type[BatchError], int] = {
    InvalidRequest: 400,
    PreflightFailed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    ModelMissing: 404,
    Removed: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    BlocksMissing: 503,
    ServiceUnavailable: 503,
    StoreRefuses: 503,
    AccountRefuses: 503,
}
INTERNAL = 500
RETRY_AFTER_S = 5


def to_response(error: BatchError) -> Response:
    status = STATUSES[type(error)]
    body: dict[str, JSON] = {"code": error.code, "message": str(error)}
    if error.target:
        body["target"] = error.target
    if isinstance(error, PreflightFailed):
        body["details"] = error.details
    headers = {}
    if status == STATUSES[Unauthenticated]:
        headers["WWW-Authenticate"] = "Bearer"
    if status == STATUSES[ServiceUnavailable]:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Response(status, {"error": body}, headers)


def internal(error_id: str) -> Response:
    """A fault of ours: the caller gets an id, the log has the rest under it."""
    message = (
        f"The service met an internal error, {error_id}. "
        "Send the request again; if it stays, give this id to who runs the service."
    )
    return Response(INTERNAL, {"error": {"code": "InternalServerError", "message": message}})
