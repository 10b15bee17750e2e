"""Every way the service says no, and what to do about it.

BatchError
├── InvalidRequest          400  the request cannot be understood
│   └── PreflightFailed          a look at the input and the model found problems
├── Unauthenticated         401  no token, or one that cannot be trusted
├── Forbidden               403  the token's roles do not allow it
├── NotFound                404  nothing has that name
│   ├── ModelMissing             the files of a registered model are not where they were
│   └── Removed                  housekeeping removed it
├── Conflict                409  it exists already, or is in a state that forbids the change
├── PreconditionFailed      412  somebody else changed it first
└── ServiceUnavailable      503  a store or a service behind us does not answer
    └── StoreRefuses             a store answers, and does not let us in
        └── AccountRefuses       as does one that a client named

The class name is the ARM code; `shared/api/error_responses.py` owns the statuses.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

LONGEST_CAUSE = 500  # characters of a foreign exception's words


class BatchError(Exception):
    """What is wrong, with the value, and what to do: both sentences are required.

    `target` names the field, header or resource at fault, as ARM does.
    """

    def __init__(self, problem: str, *, fix: str, target: str = "") -> None:
        super().__init__(f"{problem} {fix}")
        self.problem = problem
        self.fix = fix
        self.target = target

    @property
    def code(self) -> str:
        return type(self).__name__


class InvalidRequest(BatchError):
    """The request is malformed, or breaks a rule that needs no look-up."""


class PreflightFailed(InvalidRequest):
    """A preflight that was asked for found problems; `details` has each of them."""

    def __init__(
        self, problem: str, *, fix: str, target: str = "", details: Sequence[dict[str, str]] = ()
    ) -> None:
        super().__init__(problem, fix=fix, target=target)
        self.details = list(details)


class Unauthenticated(BatchError):
    """There is no bearer token, or it cannot be trusted."""


class Forbidden(BatchError):
    """The caller is known, but lacks the role."""


class NotFound(BatchError):
    """Nothing has that name."""


@contextmanager
def found_for(target: str) -> Iterator[None]:
    """Whatever is not found inside was named by the request's field `target`."""
    try:
        yield
    except NotFound as missing:
        raise type(missing)(missing.problem, fix=missing.fix, target=target) from None


@contextmanager
def allowed_for(target: str) -> Iterator[None]:
    """Another account that does not let the service in was named by the request's `target`."""
    try:
        yield
    except AccountRefuses as refused:
        raise InvalidRequest(refused.problem, fix=refused.fix, target=target) from None


class ModelMissing(NotFound):
    """The files of a registered model are not where they were."""


class Removed(NotFound):
    """It was there, and housekeeping removed it."""


class Conflict(BatchError):
    """It exists already, or is in a state that forbids the change."""


class PreconditionFailed(BatchError):
    """The document is not the one the caller read: somebody else changed it first."""


class ServiceUnavailable(BatchError):
    """A store or a service behind this one does not answer; the same request may pass later."""


class StoreRefuses(ServiceUnavailable):
    """A store answers that this service has no right there: a key, a SAS or a role is missing."""

    @property
    def code(self) -> str:
        return ServiceUnavailable.__name__


class AccountRefuses(StoreRefuses):
    """A store that is not the service's own does not let it in: who named it can mend that."""


class BlocksMissing(BatchError):
    """A block list names blocks that the store does not hold: they must be staged again."""


# What is wrong with the data, or with us, is so again at the next try; a store's silence passes.
LASTING = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


def lasting_reason(error: BaseException) -> str:
    """Why trying again is in vain; empty for what may pass."""
    if isinstance(error, ServiceUnavailable | BlocksMissing):
        return ""
    if isinstance(error, BatchError):
        return str(error)
    if not isinstance(error, LASTING):
        return ""
    what = " ".join(str(error).split())[:LONGEST_CAUSE]
    return (
        f"Something that the deployment names cannot be read: {type(error).__name__}: {what}. "
        "Look at its model, code and environment, and register them again."
    )
