"""Which items a list holds: those in use, those that were archived, or all."""

from shared.api.http import Request
from shared.domain.errors import InvalidRequest

# Of an item that is archived, or not: whether each view holds it.
VIEWS = {"activeonly": (False,), "archivedonly": (True,), "all": (False, True)}
NEWEST_FIRST, OLDEST_FIRST = "createdtime desc", "createdtime asc"


def archived_states(request: Request) -> tuple[bool, ...]:
    """The values of `isArchived` that the list holds; raises InvalidRequest."""
    requested = request.query.get("listviewtype", "ActiveOnly")
    if requested.lower() not in VIEWS:
        raise InvalidRequest(
            f"'{requested[:100]}' is not a listViewType.",
            fix="Use ActiveOnly, ArchivedOnly or All.",
            target="listViewType",
        )
    return VIEWS[requested.lower()]


def is_oldest_first(request: Request) -> bool:
    """Whether the list's `$orderBy` turns it round; raises InvalidRequest."""
    requested = request.query.get("$orderby") or NEWEST_FIRST
    order = " ".join(requested.lower().split())
    if order not in {NEWEST_FIRST, OLDEST_FIRST}:
        raise InvalidRequest(
            f"'{requested[:100]}' is not an $orderBy of this list.",
            fix=f"Use '{NEWEST_FIRST}', which is the default, or '{OLDEST_FIRST}'.",
            target="$orderBy",
        )
    return order == OLDEST_FIRST
