"""Changes of side files: read, and published as a job does."""

from collections.abc import Iterable

from shared.scoring.side_files.side_folder import SideFile

Published = dict[str, bytes]


def publish(published: Published, changes: Iterable[SideFile]) -> None:
    """What a caller does with the changes of one mini-batch."""
    for change in changes:
        if change.path is None:
            del published[change.name]
        elif change.appended:
            published[change.name] += change.path.read_bytes()
        else:
            published[change.name] = change.path.read_bytes()


def read(changes: Iterable[SideFile]) -> list[tuple[str, bytes | None, bool]]:
    """Name, bytes (None: removed), and whether they go behind what was there."""
    return [
        (one.name, one.path.read_bytes() if one.path else None, one.appended) for one in changes
    ]
