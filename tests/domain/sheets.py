"""Sheets of one scorer, made up."""

from typing import Any

from shared.domain.sheet import Sheet


def a_sheet(run_ms: list[float], *, beside_ms: float = 0.0, **changes: Any) -> Sheet:
    """One scorer's mini-batches of 10 files, one after the other."""
    count, at, starts = len(run_ms), 0.0, list[float | None]()
    for ms in run_ms:
        starts.append(at)
        at += ms + beside_ms
    columns: dict[str, Any] = {
        "shard": 0,
        "first": 0,
        "states": "s" * count,
        "files": [10] * count,
        "failed": [0] * count,
        "rows": [10] * count,
        "tries": [1] * count,
        "start_ms": starts,
        "ms": run_ms,
        "run_ms": run_ms,
        "waited_ms": [0] * count,
        "scorer": [0] * count,
        "cause": [-1] * count,
        "scorers": ["node/process000"],
        "causes": [],
    }
    return Sheet.model_validate(columns | changes)
