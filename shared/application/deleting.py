"""Deleting what nobody uses: looked at before and after, since a user may come in between."""

from collections.abc import Callable

from shared.domain.errors import Conflict
from shared.domain.message import Message
from shared.stores.registry import Repository, Stored


def delete_unless_used[R: Message](
    repository: Repository[R],
    entry: Stored[R],
    *key: str,
    check_unused: Callable[[], None],
    if_match: str,
) -> None:
    """Delete the entry; `check_unused` raises Conflict while somebody uses it.

    Raises that Conflict, and PreconditionFailed; the entry is there again then.
    """
    check_unused()
    repository.delete(*key, if_match=if_match)
    try:
        check_unused()
    except Conflict:
        repository.restore(entry, *key)
        raise
