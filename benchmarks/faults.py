"""A tenth of all storage calls fail, for as long as one likes: `./run bench faults`.

Every kind of job runs undisturbed and then again and again over a store that answers 503 and
500, breaks connections before and after it acted, cuts answers short and delays them. Each job must
leave the same bytes and the same receipt.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

from benchmarks.unsteady.jobs import KINDS, Kind, Outcome, Rig, rigged

SIDE_FILES = 260
"""Of the jobs whose scripts write files: one each."""


@dataclass(frozen=True)
class Entrant:
    """A deployed kind of job, and what it left undisturbed."""

    kind: Kind
    scoring_uri: str
    undisturbed: Outcome


@dataclass(frozen=True)
class Run:
    name: str
    is_equal: bool
    seconds_ratio: float
    calls: int
    faults: int


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="At most. Default: %(default)s.")
    parser.add_argument("--jobs", type=int, default=25, help="At most. Default: %(default)s.")
    parser.add_argument("--share", type=float, default=0.1, help="Of calls. Default: %(default)s.")
    parser.add_argument("--seed", type=int, default=1, help="Default: %(default)s.")
    options = parser.parse_args(arguments)
    deadline = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder, rigged(Path(folder), options.seed) as rig:
        entrants = [_entrant(rig, kind) for kind in _kinds()]
        runs = list(_runs(rig, entrants, options.jobs, options.share, deadline))
        _tell(rig, runs)
    is_sound = all(entrant.undisturbed.is_sound for entrant in entrants)
    return int(not runs or not is_sound or not all(run.is_equal for run in runs))


def _kinds() -> list[Kind]:
    return [
        replace(kind, files=SIDE_FILES) if "outputAction" in kind.settings else kind
        for kind in KINDS
    ]


def _entrant(rig: Rig, kind: Kind) -> Entrant:
    """Undisturbed it runs twice: the first job starts the processes."""
    scoring_uri = rig.deploy(kind)
    first, second = (rig.run(kind, scoring_uri, share=0.0) for _ in range(2))
    entrant = Entrant(kind, scoring_uri, min(first, second, key=lambda run: run.seconds))
    print(f"{kind.name}: undisturbed {entrant.undisturbed.seconds:.1f} s", flush=True)
    return entrant


def _runs(
    rig: Rig, entrants: Sequence[Entrant], jobs: int, share: float, deadline: float
) -> Iterator[Run]:
    for _, entrant in zip(range(jobs), cycle(entrants), strict=False):
        if time.monotonic() > deadline:
            return
        calls, faults = rig.store.calls, rig.store.faults.total()
        outcome = rig.run(entrant.kind, entrant.scoring_uri, share)
        run = Run(
            name=entrant.kind.name,
            is_equal=outcome == entrant.undisturbed and outcome.is_sound,
            seconds_ratio=outcome.seconds / entrant.undisturbed.seconds,
            calls=rig.store.calls - calls,
            faults=rig.store.faults.total() - faults,
        )
        print(_line(run, outcome), flush=True)
        yield run


def _line(run: Run, outcome: Outcome) -> str:
    verdict = "equal" if run.is_equal else f"DIFFERS: {outcome.status} {outcome.receipt}"
    return (
        f"{run.name}: {outcome.seconds:.1f} s ({run.seconds_ratio:.1f} x), "
        f"{run.faults} of {run.calls} calls failed, {verdict}"
    )


def _tell(rig: Rig, runs: Sequence[Run]) -> None:
    equal = sum(run.is_equal for run in runs)
    calls, faults = sum(run.calls for run in runs), sum(run.faults for run in runs)
    print(f"\n{len(runs)} disturbed jobs, {equal} equal to the undisturbed ones")
    print(f"{calls} calls, {faults} of them failed")
    for fault, count in sorted(rig.store.faults.items()):
        print(f"  {fault}: {count}")
    for name in dict.fromkeys(run.name for run in runs):
        ratios = sorted(run.seconds_ratio for run in runs if run.name == name)
        print(f"  {name}: {ratios[len(ratios) // 2]:.1f} times as long, at the median")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
