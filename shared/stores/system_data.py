"""Who wrote a document, and when: `systemData` to ARM's clients."""

from datetime import UTC, datetime
from typing import Self

from pydantic import AwareDatetime

from shared.domain.caller import Author, CallerType
from shared.domain.message import Message


class SystemData(Message):
    """Who created a resource and who changed it last, and when."""

    created_at: AwareDatetime
    created_by: str
    created_by_type: CallerType = CallerType.USER
    last_modified_at: AwareDatetime
    last_modified_by: str
    last_modified_by_type: CallerType = CallerType.USER

    @classmethod
    def now(cls, by: Author, *, since: Self | None = None) -> Self:
        now = datetime.now(UTC)
        return cls(
            created_at=since.created_at if since else now,
            created_by=since.created_by if since else by.name,
            created_by_type=since.created_by_type if since else by.type,
            last_modified_at=now,
            last_modified_by=by.name,
            last_modified_by_type=by.type,
        )
