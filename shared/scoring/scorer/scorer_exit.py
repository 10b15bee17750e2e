"""How the processes of one scorer end once they have scored, and what the job has of that."""

import uuid
from collections.abc import Callable
from pathlib import Path

from shared.domain.minibatch import Span, joined
from shared.scoring.scorer.exit_needs import exit_needs_of
from shared.scoring.scorer.process_exit import (
    SHUTDOWN_LIMIT_S,
    ExitReport,
    await_exit,
    send_shutdown,
)
from shared.scoring.scorer.scorer_process import ScorerProcess
from shared.scoring.scorer.scorer_side_files import ScorerSideFiles
from shared.scoring.scorer_spec import ScorerSpec
from shared.scoring.side_files.side_folder import ANY


class ScorerExit:
    """`turns` counts the bundles whose rows are stored; `names` are those that files may have.

    `side` is None for a model without a script, which has nothing to say at its end.
    """

    def __init__(self, spec: ScorerSpec, side: ScorerSideFiles | None, results: Path) -> None:
        self._side = side
        self._results = results
        self._needs = exit_needs_of(spec.code_dir)
        self._leaving: ScorerProcess | None = None
        self._report: ExitReport | None = None
        self.turns = 0
        self._stored: list[Span] = []
        self.names = ANY
        self.on_exit: Callable[[ExitReport | None], None] | None = None  # None: it is about to end

    @property
    def is_awaited(self) -> bool:
        """Whether the job has a claim to what its processes have left so far."""
        is_needed = self._side is not None and self._side.is_needed
        return is_needed or (self.may_write and self.turns > 0)

    @property
    def has_begun(self) -> bool:
        """Whether nothing more can be scored."""
        return self._leaving is not None or self._report is not None

    @property
    def may_write(self) -> bool:
        """Whether the end of the process may bring files: it is waited for."""
        return self._side is not None and (self._needs.may_write or self._side.is_needed)

    @property
    def must_end_well(self) -> bool:
        """Whether what was scored is not whole before the process has ended by itself."""
        return self._side is not None and (self._needs.must_end or self._side.is_unfinished)

    @property
    def alone(self) -> list[str]:
        """Files that it holds open, and that no other process may write to."""
        return list(self._side.alone) if self._side else []

    @property
    def loss(self) -> str:
        """Which files of the job are lost with a process, in words; empty if none."""
        return self._side.loss if self._side else ""

    @property
    def cut_off(self) -> int:
        """Mini-batches of which a process still had something to write when it was ended."""
        return self._side.cut_off if self._side and self._needs.must_end else 0

    @property
    def rewritten(self) -> list[str]:
        """Files that were written again, as they were, since the last bundle."""
        return sorted(self._side.rewritten) if self._side else []

    def has_files_of(self, span: Span) -> bool:
        """Whether files may lie there that were written for some of these mini-batches."""
        return self.may_write and any(span.overlaps(stored) for stored in self._stored)

    def note_stored(self, span: Span) -> None:
        """The bundle that was scored is stored. Raises RuntimeError if some of it was before."""
        if self.has_files_of(span):
            raise RuntimeError(
                f"A scorer got mini-batches {span.first} to {span.stop - 1} a second time: what it "
                "wrote beside their rows cannot be told from what was there."
            )
        self.turns += 1
        self._stored = joined([*self._stored, span])

    def note_death(self) -> None:
        """The process has died, or is about to be killed."""
        if self._side is not None:
            self._side.note_death()

    def request_exit(self, process: ScorerProcess) -> None:
        """Ask the process to end by itself; `finish` waits for it."""
        if not self.has_begun:
            self._leaving = process
            send_shutdown(process)

    def finish(self, limit_s: float = SHUTDOWN_LIMIT_S) -> ExitReport:
        """What the scorer leaves, when its process has ended or has died; again if asked."""
        if self._report is None:
            self._report = self._finished(limit_s)
            self._leaving = None
        return self._report

    def replace(self, process: ScorerProcess) -> None:
        """End a process whose successor goes on with the job, well if need be."""
        if not self.must_end_well:
            return
        send_shutdown(process)
        failure, details = await_exit(process, SHUTDOWN_LIMIT_S)
        if self._side is not None and (details or not failure):
            self._side.end(self._results / f"late-{uuid.uuid4().hex}", self.names)

    def _finished(self, limit_s: float) -> ExitReport:
        failure = details = ""
        has_ended = False
        if self._leaving is not None:
            failure, details = await_exit(self._leaving, limit_s)
            has_ended = bool(details or not failure)
        if self._side is None:
            return ExitReport(failure=failure, details=details)
        changed, loss = self._side.accept_exit(
            self._results / "exit", self.names, has_ended=has_ended
        )
        return ExitReport(changed, loss, failure, details)
