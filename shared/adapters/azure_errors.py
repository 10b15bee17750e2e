"""What a storage account's refusals mean: foreign errors in, ours out, by one table.

Only the status and the store's error code are taken from a foreign error. Its text may hold a
URL with a signature in it, so it is neither quoted nor chained.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from azure.core.exceptions import AzureError, HttpResponseError
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from shared.domain.errors import (
    BatchError,
    BlocksMissing,
    Conflict,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
    StoreRefuses,
)


@dataclass(frozen=True)
class StoreRefusal:
    """A refusal as the store gave it; status 0: it gave none, and `code` says what broke."""

    status: int
    code: str = ""


@dataclass(frozen=True)
class Meaning:
    """Our error, its problem with `{place}`, `{container}` and `{answer}` to fill in, its fix."""

    error: type[BatchError]
    problem: str
    fix: str


_NO_CONTAINER = Meaning(
    NotFound, "Container '{container}' does not exist.", "Create it, or correct the name."
)
_NO_BLOB = Meaning(
    NotFound,
    "There is no {place}.",
    "Check the name against the container's listing.",
)
_CONTAINER_EXISTS = Meaning(
    Conflict, "Container '{container}' exists already.", "Use it, or choose another name."
)
_BLOB_EXISTS = Meaning(
    Conflict,
    "There is already a {place}.",
    "Choose another name, or delete it first.",
)
_CHANGED = Meaning(
    PreconditionFailed,
    "The {place} is not the one that was read.",
    "Read it again, and repeat the change.",
)
_NO_BLOCKS = Meaning(
    BlocksMissing,
    "The store lacks blocks of {place}.",
    "Stage them again, then commit.",
)
_FORBIDDING_STATE = Meaning(
    Conflict,
    "The store refuses to change {place}: {answer}.",
    "End the lease, policy or tier that forbids it, or use another blob.",
)
_REFUSED = Meaning(
    InvalidRequest,
    "The store cannot take what was asked of {place}: {answer}.",
    "Correct the name, the metadata or the size.",
)
_NOT_ALLOWED = Meaning(
    StoreRefuses,
    "The store does not let this service at {place}: {answer}.",
    "Check the storage setting, its key, or the role 'Storage Blob Data Contributor'.",
)
_SILENT = Meaning(
    ServiceUnavailable,
    "The store did not serve {place}: {answer}.",
    "Try again in a moment; if it stays, check that the storage account is up and reachable.",
)

MEANING_OF_CODE: Mapping[str, Meaning] = {
    "ContainerNotFound": _NO_CONTAINER,
    "BlobNotFound": _NO_BLOB,
    "ContainerAlreadyExists": _CONTAINER_EXISTS,
    "BlobAlreadyExists": _BLOB_EXISTS,
    "ConditionNotMet": _CHANGED,
    "TargetConditionNotMet": _CHANGED,
    "InvalidBlockList": _NO_BLOCKS,
    "ContainerBeingDeleted": _SILENT,
    "ContainerDisabled": _SILENT,
    "AzureSigningError": _NOT_ALLOWED,
    "ClientAuthenticationError": _NOT_ALLOWED,
    "CredentialUnavailableError": _NOT_ALLOWED,
    "PublicAccessNotPermitted": _NOT_ALLOWED,
    "LeaseIdMissing": _FORBIDDING_STATE,
    "Md5Mismatch": _SILENT,
    "OperationTimedOut": _SILENT,
    "ServerBusy": _SILENT,
}
MEANING_OF_STATUS: Mapping[int, Meaning] = {
    400: _REFUSED,
    401: _NOT_ALLOWED,
    403: _NOT_ALLOWED,
    404: _NO_BLOB,
    409: _FORBIDDING_STATE,
    412: _CHANGED,
    413: _REFUSED,
}
STATUS_OF_KIND: Mapping[type[Exception], int] = {
    FileNotFoundError: 404,
    AlreadyExistsError: 409,
    PreconditionError: 412,
    PermissionDeniedError: 403,
    UnauthenticatedError: 401,
}

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_KIND = re.compile(r"kind: (\w+)")


@contextmanager
def translated(container: str, blob: str = "", *, if_absent: bool = False) -> Iterator[None]:
    """Turn whatever either client raises into our errors.

    Of a write with `if_absent`, a failed condition means that the blob exists.
    """
    try:
        yield
    except (AzureError, BaseError, FileNotFoundError) as foreign:
        answer = _answer(foreign)
        meaning = _meaning(answer)
        if if_absent and meaning is _CHANGED:
            meaning = _BLOB_EXISTS
        raise _error(meaning, answer, container, blob) from None


def changed(container: str, blob: str) -> BatchError:
    """What a store would say of a blob that is not the one that was read."""
    return _error(_CHANGED, StoreRefusal(412), container, blob)


def broken_off(container: str, blob: str, missing: int) -> BatchError:
    """What to say of a blob of whose bytes so many did not come; less than 0: too many came."""
    return _error(_SILENT, StoreRefusal(0, f"{missing} bytes are missing"), container, blob)


def _error(meaning: Meaning, answer: StoreRefusal, container: str, blob: str) -> BatchError:
    answered = (
        f"{answer.status} {answer.code}".strip() if answer.status else f"no answer, {answer.code}"
    )
    place = f"blob '{blob}' in container '{container}'" if blob else f"container '{container}'"
    problem = meaning.problem.format(place=place, container=container, answer=answered)
    return meaning.error(problem, fix=meaning.fix, target="blob" if blob else "container")


def _meaning(answer: StoreRefusal) -> Meaning:
    by_status = MEANING_OF_STATUS.get(answer.status, _SILENT)
    return MEANING_OF_CODE.get(answer.code, by_status)


def _answer(foreign: Exception) -> StoreRefusal:
    if isinstance(foreign, HttpResponseError) and foreign.status_code:
        code = getattr(foreign, "error_code", "")
        return StoreRefusal(foreign.status_code, str(getattr(code, "value", code) or ""))
    if isinstance(foreign, AzureError):
        return StoreRefusal(0, type(foreign).__name__)
    text = str(foreign)
    status = _STATUS.search(text)
    code = _CODE.search(text) or _KIND.search(text)
    return StoreRefusal(
        int(status[1]) if status else STATUS_OF_KIND.get(type(foreign), 0),
        code[1] if code else type(foreign).__name__,
    )
