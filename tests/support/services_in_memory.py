"""The app without processes: real activities and orchestrators over memory, scorers by script."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from activities.close_shard import close
from activities.end_job import end
from activities.plan_job import plan
from activities.score_minibatch import score
from orchestrators import score_job, score_shard
from shared.adapters.azure_sas import KeySigner
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobSpec
from shared.domain.message import JSON
from shared.domain.outcome import Load
from shared.domain.task import BundleTask, ClosingTask, EndTask, JobRun, PlanTask
from shared.scorers import Scorers
from shared.scoring.models.model_view import ModelView
from shared.scoring.scorer.conversation import Conversation
from shared.scoring.scorer.memory_watch import MemoryWatch
from shared.scoring.scorer.output_log import OutputLogs, Printed
from shared.scoring.scorer.process_starts import ProcessStarts
from shared.scoring.scorer.scorer_exit import ScorerExit
from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer_spec import (
    FileFailure,
    InitFailed,
    LocalFile,
    Scored,
    ScorerSpec,
    ScoringFailed,
)
from shared.services import Services, build
from shared.settings import Settings
from tests.support.rehearsal import Rehearsal, play, undecorated
from tests.support.specs import CONTAINER

ACCOUNT_URL = "http://127.0.0.1:10000/devstoreaccount1"
SIGNER = KeySigner("devstoreaccount1", "YSBrZXk=", https_only=False)


def _no_process(*_: object) -> NoReturn:
    raise AssertionError("What is scripted starts no process.")


class ScriptedScorer:
    """Scores a file by what is in it.

    `bad` fails that file alone, `boom...` the whole try, `once` the first try, `no-init` the load,
    `no-init-once` the first load;
    anything else becomes one row.
    """

    name = "scripted"

    def __init__(self, scratch: Path) -> None:
        self.workplace = ScorerFolders(scratch)
        self.logs = OutputLogs()
        self.spec = ScorerSpec("scripted", "scripted", "", None)
        self.exit = ScorerExit(self.spec, None, self.workplace.results)
        self.memory = MemoryWatch(0)
        starts = ProcessStarts(_no_process, self.spec, self.workplace, None, self.logs)
        self.conversation = Conversation(starts, ModelView(None), self.memory)
        self.minibatches: list[list[str]] = []
        self._seen = set[str]()

    def score(
        self,
        files: Sequence[LocalFile],
        output: Path,
        *,
        timeout_s: float,
        minibatch: int = 0,
        side: Path | None = None,
        names: Any = None,
        rows: Any = None,
    ) -> Scored:
        self.minibatches.append([file.name for file in files])
        lines, failures = list[str](), list[FileFailure]()
        for file in files:
            text = file.path.read_text()
            if text == "no-init" or (text == "no-init-once" and self._is_first(file.name)):
                raise InitFailed("no model", error_type="ValueError", details="no model")
            if text.startswith("boom") or (text == "once" and self._is_first(file.name)):
                raise ScoringFailed(f"{text} in words", kind="exception", error_type="Boom")
            if text == "bad":
                failures.append(FileFailure(file.name, "read", "Bad", "it is bad"))
            else:
                lines.append(f"0,{text},{file.name}\n")
        output.write_text("".join(lines))
        return Scored(
            rows=len(lines),
            succeeded=len(files) - len(failures),
            failures=tuple(failures),
            output=output,
            bytes=output.stat().st_size,
            seconds=0.001,
        )

    def drain_logs(self) -> Printed:
        return Printed()

    def take_loads(self) -> list[Load]:
        return []

    def _is_first(self, name: str) -> bool:
        is_first = name not in self._seen
        self._seen.add(name)
        return is_first


class ScriptedCrews:
    """`wanted` says whether another job waits for the scorer."""

    def __init__(self, scratch: Path, wanted: Callable[[], bool]) -> None:
        self.member = ScriptedScorer(scratch)
        self.warmed = list[int]()
        self._wanted = wanted

    @contextmanager
    def scorer(self, resolved: Any, **_lease: Any) -> Iterator[ScriptedScorer]:
        yield self.member

    def warm_up(self, resolved: Any, *, capacity: int, **_lease: Any) -> None:
        self.warmed.append(capacity)

    def must_yield(self, of: Any, job: str, held_s: float, left_s: float) -> bool:
        return self._wanted()

    def init_tries(self, resolved: Any) -> int:
        return 3

    retry_loading = Scorers.retry_loading

    def finish(self, job: str) -> None:
        """There is nobody who has something left to write."""

    def release(self, job: str) -> None:
        """There is nobody to let go."""


type App = tuple[Services, MemoryBlobs, ScriptedScorer]


def services_in_memory(
    scratch: Path,
    blobs: MemoryBlobs | None = None,
    wanted: Callable[[], bool] = lambda: False,
    **more: Any,
) -> App:
    """Services over a store in memory, an empty one by default; a model lies at `models/m`.

    `more` are settings.
    """
    blobs = blobs or MemoryBlobs()
    services = services_with_processes(scratch, blobs, **more)
    services.scorers.close()
    scorers = ScriptedCrews(scratch, wanted)
    scripted: Any = scorers
    return dataclasses.replace(services, scorers=scripted), blobs, scorers.member


def services_with_processes(scratch: Path, blobs: MemoryBlobs, **more: Any) -> Services:
    """The same with real scorer processes, which the caller closes."""
    for container in ("batch-registry", "batch-jobs", "batch-index", "azureml", CONTAINER):
        blobs.ensure_container(container)
    blobs.write(CONTAINER, "models/m/MLmodel", b"flavors: {}")
    usual = {"auth_issuer": ("https://issuer.invalid",), "rows_readable_after_s": 0.0}
    settings = Settings(scratch_folder=scratch, **{**usual, **more})
    return build(settings, blobs, ACCOUNT_URL, SIGNER)


def upload(blobs: MemoryBlobs, contents: Sequence[str], folder: str = "in") -> None:
    """Files f0000.csv, f0001.csv, ... with these contents."""
    for index, content in enumerate(contents):
        blobs.write(CONTAINER, f"{folder}/f{index:04d}.csv", content.encode())


def rehearse(
    services: Services, seed: int = 0, is_suspended: Callable[[], bool] = lambda: False
) -> Rehearsal:
    """The real activities, and the real shard orchestration as a child."""
    return Rehearsal(
        activities={
            "plan_job": lambda given: plan(PlanTask.from_wire(given), services).to_wire(),
            "score_minibatch": lambda given: score(
                BundleTask.from_wire(given), services, is_suspended
            ).to_wire(),
            "close_shard": lambda given: close(ClosingTask.from_wire(given), services),
            "end_job": lambda given: end(EndTask.from_wire(given), services).to_wire(),
        },
        orchestrators={"score_shard": undecorated(score_shard.score_shard)},
        seed=seed,
    )


def run_job(spec: JobSpec, services: Services, rehearsal: Rehearsal | None = None) -> JSON:
    """Invoke's last step and the whole orchestration; returns the orchestration's output."""
    services.jobs.create(spec)
    rehearsal = rehearsal or rehearse(services)
    given = JobRun(job=spec.name).to_wire()
    return play(undecorated(score_job.score_job), rehearsal, given, spec.name)
