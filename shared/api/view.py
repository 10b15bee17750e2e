"""Which items a list shows: those in use, those that were archived, or all."""

from shared.api.http import Request
from shared.domain.errors import InvalidRequest

# Of an item that is archived, or not: whether each view shows it.
VIEWS = {"activeonly": (False,), "archivedonly": (True,), "all": (False, True)}


def archived_states(request: Request) -> tuple[bool, ...]:
    """The values of `isArchived` that the list shows; raises InvalidRequest."""
    asked = request.query.get("listviewtype", "ActiveOnly")
    if asked.lower() not in VIEWS:
        raise InvalidRequest(
            f"'{asked[:100]}' is not a listViewType.",
            fix="Use ActiveOnly, ArchivedOnly or All.",
            target="listViewType",
        )
    return VIEWS[asked.lower()]
