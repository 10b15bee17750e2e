"""Every way the service says no, and what to do about it.

BatchError
├── InvalidRequest          400  the request cannot be understood
├── Unauthenticated         401  no token, or one that cannot be trusted
├── Forbidden               403  the token's roles do not allow it
├── NotFound                404  nothing has that name
│   └── ModelMissing             the files of a registered model are not where they were
├── Conflict                409  it exists already, or is in a state that forbids the change
├── PreconditionFailed      412  somebody else changed it first
└── ServiceUnavailable      503  a store or a service behind us does not answer

The class name is the ARM code; `shared/api/errors.py` owns the statuses.
"""

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


class Unauthenticated(BatchError):
    """There is no bearer token, or it cannot be trusted."""


class Forbidden(BatchError):
    """The caller is known, but lacks the role."""


class NotFound(BatchError):
    """Nothing has that name."""


class ModelMissing(NotFound):
    """The files of a registered model are not where they were."""


class Conflict(BatchError):
    """It exists already, or is in a state that forbids the change."""


class PreconditionFailed(BatchError):
    """The document is not the one the caller read: somebody else changed it first."""


class ServiceUnavailable(BatchError):
    """A store or a service behind this one does not answer; the same request may pass later."""


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
