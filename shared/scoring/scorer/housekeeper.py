"""Behind the pool: scorers end here, and spares are made, while nobody waits for either.

1. A process that has scored is asked to end by itself, and what it leaves is reported.
2. A spare takes its place, and one more, if its deployment has room for them.
3. Once in a while somebody looks: for scorers that were idle for too long, for jobs whose end came
   on another machine, and for processes to prepare.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from shared.scoring.scorer.deployment_pools import DeploymentPools
from shared.scoring.scorer.prepared_scorers import PreparedScorers
from shared.scoring.scorer.process_exit import ExitReport
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import InitFailed, JobCourse, PoolClosed, ScorerSpec, ScoringStopped

LOGGER = logging.getLogger(__name__)
# The reaper sleeps at least this long, whatever `idle_s` says, and at most the other.
_SHORTEST_NAP_S = 0.05
_LONGEST_NAP_S = 1.0
# A shutdown() that hangs must not hold up the ends of other jobs.
_THREADS = 4


class Housekeeper:
    """`make` is a new scorer of a spec; `course_of` says whether a job goes on."""

    def __init__(
        self,
        pools: DeploymentPools,
        prepared: PreparedScorers,
        make: Callable[[ScorerSpec], Scorer],
        course_of: Callable[[str], JobCourse],
        idle_s: float,
    ) -> None:
        self._pools, self._prepared = pools, prepared
        self._make = make
        self._course_of = course_of
        self._idle_s = idle_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="scorer-housekeeper")
        self._reaper = threading.Thread(target=self._reap, name="scorer-reaper", daemon=True)
        self._reaper.start()

    def close(self) -> None:
        """The processes have ended already: nothing here takes long any more."""
        self._reaper.join()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._prepared.close()

    def shut_down(self, scorers: list[Scorer]) -> None:
        """End scorers, and report what they leave. One whose report fails goes back, and raises."""
        failures: list[Exception] = []
        for step in (_request_exit, self._await_exit):
            left: list[Scorer] = []
            for scorer in scorers:
                try:
                    step(scorer)
                    left.append(scorer)
                except Exception as failure:  # noqa: BLE001  # a store's: it is raised below
                    failures.append(failure)
                    if not self._pools.give_back(scorer):
                        scorer.discard()
            scorers = left
        for scorer in scorers:
            scorer.discard()
        if failures:
            raise failures[0]

    def retire(self, scorers: list[Scorer], ended_specs: Sequence[ScorerSpec] = ()) -> None:
        """End the scorers of a job that is over; spares take their places, and those of `gone`."""
        if scorers or ended_specs:
            self._run_in_background(lambda: self._replace(scorers, ended_specs))

    def run_ahead(self, work: Callable[[], None]) -> None:
        """Do behind the scenes what a job will do by itself, and better, if it fails."""

        def quietly() -> None:
            try:
                work()
            except Exception as failure:  # noqa: BLE001  # the job will find out, and say so
                LOGGER.info("no scorer was loaded ahead: %s", failure)

        self._run_in_background(quietly)

    def load_spare(self, spec: ScorerSpec, make: Callable[[ScorerSpec], Scorer]) -> bool:
        """Whether a spare that was begun did load."""
        try:
            scorer = make(spec)
            try:
                scorer.start()
            except BaseException:
                scorer.discard()
                raise
            if not self._pools.give_back(scorer):
                scorer.discard()
        except (InitFailed, ScoringStopped, PoolClosed, OSError) as failure:
            LOGGER.info("no spare scorer: %s", failure)  # the next job will find out, and say so
            return False
        finally:
            self._pools.end_spare(spec)
        return True

    def _replace(self, scorers: list[Scorer], ended_specs: Sequence[ScorerSpec]) -> None:
        for scorer in scorers:
            scorer.exit.on_exit = _warn
        self.shut_down(scorers)
        specs = [*(scorer.spec for scorer in scorers), *ended_specs]
        for spec in (*specs, *specs[:1]):
            self._make_spare(spec)

    def _await_exit(self, scorer: Scorer) -> None:
        if scorer.is_spare:
            return
        report = scorer.exit.finish()
        if self._pools.closing.is_set():
            raise PoolClosed("The worker is stopping: its scorer processes were ended.")
        if scorer.exit.on_exit is not None:
            scorer.exit.on_exit(report)

    def _make_spare(self, spec: ScorerSpec) -> None:
        if not spec.is_stateless and self._pools.begin_spare(spec):
            self.load_spare(spec, self._make)

    def _run_in_background(self, work: Callable[[], None]) -> None:
        def quietly() -> None:
            try:
                work()
            except Exception as failure:  # noqa: BLE001  # a thread of its own: nobody else hears
                LOGGER.warning("the end of a scorer was not told: %s", failure)

        with suppress(RuntimeError):  # closed
            self._threads.submit(quietly)

    def _reap(self) -> None:
        while not self._pools.closing.wait(self._wait_s()):
            expired = self._pools.take_expired(self._idle_s)
            spares = [scorer for scorer in expired if scorer.is_spare]
            for scorer in spares:
                scorer.discard()
            used = [scorer for scorer in expired if not scorer.is_spare]
            if used:
                self._run_in_background(lambda used=used: self.shut_down(used))  # type: ignore[misc]
            self._end_scorers_of_ended_jobs(self._pools.idle_jobs(_LONGEST_NAP_S))
            self._prepared.look(self._run_in_background)

    def _end_scorers_of_ended_jobs(self, jobs: Iterable[str]) -> None:
        for job in jobs:
            course = self._course_of(job)
            if course is JobCourse.OVER:
                self._pools.end_job(job)
                self.retire(self._pools.take_used(job, lambda _: True))
            elif course is JobCourse.ENDING:
                late = self._pools.take_used(job, lambda scorer: scorer.exit.may_write)
                if late:
                    self._run_in_background(lambda late=late: self.shut_down(late))  # type: ignore[misc]

    def _wait_s(self) -> float:
        wait = self._pools.next_expiry(self._idle_s)
        return min(max(wait, _SHORTEST_NAP_S), _LONGEST_NAP_S)


def _request_exit(scorer: Scorer) -> None:
    if scorer.is_spare:
        return
    if scorer.exit.on_exit is not None and scorer.exit.may_write:
        scorer.exit.on_exit(None)
    scorer.request_exit()


def _warn(report: ExitReport | None) -> None:
    """The job is over: nobody publishes what comes now."""
    if report and report.side_files:
        LOGGER.warning(
            "%d files that a scorer process wrote at its end came after its job's, and are lost",
            len(report.side_files),
        )
