"""What the runs showed: a table of speeds beside the limit's, and where the service's time went.

A run during which the rest of the machine was busy does not count, if a quieter one is there.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.race.contender import Finish, Heat
from benchmarks.race.outputs import Rows
from benchmarks.race.sets import FileSet
from benchmarks.race.timeline import Timeline

LIMIT = "limit_proc"
SCRIPT, NO_CODE = "service, same script", "service, MLflow model"
HEADINGS = (
    *("set", "contender", "runs", "wall s", "spread", "files/s", "of limit", "goal", ""),
    *("CPU s", "store's", "others'", "CPU of limit", "peak MB"),
)


MOST_FOREIGN = 0.15
"""The part of the machine that others may use before a run no longer counts."""


@dataclass(frozen=True)
class Result:
    """One run. `foreign_cpu_seconds` is what the rest of the machine used meanwhile."""

    contender: str
    heat: Heat
    finish: Finish
    rows: Rows
    storage_cpu_seconds: float
    foreign_cpu_seconds: float

    @property
    def is_disturbed(self) -> bool:
        cores = os.cpu_count() or 1
        return self.foreign_cpu_seconds > MOST_FOREIGN * cores * self.finish.seconds

    def __str__(self) -> str:
        finish = self.finish
        return (
            f"{self.heat.file_set.name:<7} round {self.heat.round} {self.contender:<21}"
            f"{finish.seconds:8.2f} s, CPU {finish.cpu_seconds:.1f} s "
            f"(store {self.storage_cpu_seconds:.1f}, others {self.foreign_cpu_seconds:.1f}), "
            f"{finish.memory_mb:.0f} MB, {self.rows.count} rows {self.rows.digest[:10]}"
        )


@dataclass(frozen=True)
class Standing:
    """The runs of one contender over one set, by their medians.

    `ratio` is of the limit's speed. `cpu_ratio` is the limit's CPU time by this one's, the store's
    included: what the ratio would be if nobody ever waited, and what noise hardly touches.
    """

    contender: str
    results: Sequence[Result]
    limits: Sequence[Result]

    @property
    def seconds(self) -> float:
        return _seconds(self.results)

    @property
    def spread(self) -> tuple[float, float]:
        """The shortest and the longest, in seconds."""
        seconds = [result.finish.seconds for result in self.results]
        return min(seconds), max(seconds)

    @property
    def ratio(self) -> float | None:
        return _seconds(self.limits) / self.seconds if self.limits else None

    @property
    def cpu_ratio(self) -> float | None:
        return _cpu_seconds(self.limits) / _cpu_seconds(self.results) if self.limits else None

    @property
    def goal(self) -> float | None:
        file_set = self.results[0].heat.file_set
        return {SCRIPT: file_set.goal, NO_CODE: file_set.no_code_goal}.get(self.contender)

    @property
    def is_below(self) -> bool:
        return self.goal is not None and self.ratio is not None and self.ratio < self.goal

    def cells(self) -> list[str]:
        goal, ratio, heat = self.goal, self.ratio, self.results[0].heat
        verdict = "" if goal is None or ratio is None else "below" if self.is_below else "ok"
        return [
            heat.file_set.name,
            self.contender,
            str(len(self.results)),
            f"{self.seconds:.2f}",
            "{:.2f}-{:.2f}".format(*self.spread),
            f"{heat.files / self.seconds:.0f}",
            _fraction(ratio),
            "" if goal is None else f">= {goal}",
            verdict,
            f"{median(result.finish.cpu_seconds for result in self.results):.1f}",
            f"{median(result.storage_cpu_seconds for result in self.results):.1f}",
            f"{median(result.foreign_cpu_seconds for result in self.results):.1f}",
            _fraction(self.cpu_ratio),
            f"{max(result.finish.memory_mb for result in self.results):.0f}",
        ]


def _seconds(results: Sequence[Result]) -> float:
    return median(result.finish.seconds for result in results)


def _cpu_seconds(results: Sequence[Result]) -> float:
    return median(result.finish.cpu_seconds + result.storage_cpu_seconds for result in results)


def _fraction(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def tables(results: Sequence[Result]) -> Iterator[str]:
    yield from [
        "",
        *_aligned([list(HEADINGS), *(one.cells() for one in standings(results))], texts=2),
    ]
    for result in results:
        if result.finish.timeline is not None:
            yield from ["", *_profile(result, result.finish.timeline)]
    yield from (f"\nNot the same rows: {what}" for what in disagreements(results))


def is_reached(results: Sequence[Result]) -> bool:
    """Whether every goal is reached, with the same rows for all."""
    below = any(standing.is_below for standing in standings(results))
    return not below and not disagreements(results)


def standings(results: Sequence[Result]) -> list[Standing]:
    found = list[Standing]()
    for file_set in _sets(results):
        runs: dict[str, list[Result]] = {}
        for result in results:
            if result.heat.file_set is file_set:
                runs.setdefault(result.contender, []).append(result)
        limits = _quiet(runs.get(LIMIT, []))
        found += [Standing(name, _quiet(own), limits) for name, own in runs.items()]
    return found


def _quiet(results: list[Result]) -> list[Result]:
    """The runs that had the machine to themselves; all of them if none had."""
    return [result for result in results if not result.is_disturbed] or results


def disagreements(results: Sequence[Result]) -> list[str]:
    """The runs whose rows are not those of the first run over the same set."""
    first: dict[str, Result] = {}
    found = list[str]()
    for result in results:
        reference = first.setdefault(result.heat.file_set.name, result)
        if result.rows != reference.rows:
            found.append(f"{result.contender} and {reference.contender}, {result}")
    return found


def _sets(results: Sequence[Result]) -> list[FileSet]:
    return list({r.heat.file_set.name: r.heat.file_set for r in results}.values())


def _profile(result: Result, timeline: Timeline) -> list[str]:
    seconds = result.finish.seconds
    rows = [[what, f"{part:.2f}", f"{part / seconds:.0%}"] for what, part in timeline.parts.items()]
    title = f"{result.heat.file_set.name}, {result.contender}: round {result.heat.round}"
    return _aligned([[title, f"{seconds:.2f}", "of it"], *rows], texts=1)


def _aligned(rows: list[list[str]], *, texts: int) -> list[str]:
    """Columns side by side: the first so many are texts, the others numbers."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index < texts else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
