"""A process is asked for the next mini-batch while it is at one: nothing else is different."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.deployment import RetrySettings
from shared.domain.minibatch import PlannedFile, Span
from shared.domain.side_names import SideNames
from shared.scoring.bundle.bundle import Bundle, score_bundle
from shared.scoring.bundle.bundle_result import BundleResult
from shared.scoring.bundle.downloads import Downloads
from shared.scoring.scorer.conversation import Conversation
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer.scorer_exit import ScorerExit
from tests.scoring.misbehaving_scripts import script_spec

BOX, MINIBATCHES = "azureml-blobstore", 12
LOG = "RUNS_LOG"
SCRIPT = f"""
import os, time
from pathlib import Path


def run(mini_batch):
    rows = []
    for path in mini_batch:
        name, text = Path(path).name, Path(path).read_text()
        with open(os.environ["{LOG}"], "a") as log:
            log.write(name + "\\n")
        tries = Path(os.environ["{LOG}"]).read_text().split().count(name)
        if text == "slow":
            time.sleep(0.3)
        if text == "hangs":
            time.sleep(60)
        if text == "dies":
            os._exit(3)
        if text == "fails" or (text == "once" and tries == 1):
            Path(path).write_text("spoilt")
            raise ValueError(name)
        rows.append(name + " " + text)
    return rows
"""


@dataclass
class Bench:
    """Scores mini-batches of a file each, whose names are their numbers."""

    folder: Path
    pool: ScorerPool
    downloads: Downloads
    blobs: MemoryBlobs
    asked_ahead: list[int] = field(default_factory=list[int])
    texts: list[str] = field(default_factory=list[str])

    @property
    def runs(self) -> list[str]:
        log = self.folder / "runs.log"
        return log.read_text().split() if log.exists() else []

    @contextmanager
    def scorer(self, *, is_stateless: bool = True) -> Iterator[Scorer]:
        """The mechanism is shown with a script, which can say what it was asked."""
        spec = script_spec(
            self.folder,
            sys.executable,
            SCRIPT,
            environment=((LOG, str(self.folder / "runs.log")),),
            is_stateless=is_stateless,
        )
        with self.pool.lease(spec, capacity=1, job="j") as scorer:
            yield scorer

    def bundle(self, texts: dict[int, str], tries: int = 1, timeout_s: int = 20) -> Bundle:
        files = list[PlannedFile]()
        for index in range(MINIBATCHES):
            text = texts.get(index, "good").encode()
            name = f"{index:02}"
            etag = self.blobs.write(BOX, name, text)
            files.append(PlannedFile(name=name, etag=etag, size=len(text)))
        return Bundle(
            span=Span(first=0, stop=MINIBATCHES),
            container=BOX,
            files_of=lambda index: [files[index]],
            retry=RetrySettings(max_retries=tries, timeout_s=timeout_s),
            isolates=False,
            side_names=SideNames(output="predictions/"),
            is_over=lambda: False,
            note_failures=lambda _index, _failed: None,
        )

    def score(self, bundle: Bundle, scorer: Scorer) -> tuple[BundleResult, list[str]]:
        with score_bundle(bundle, scorer, self.downloads, lambda _: None) as result:
            rows = "".join(output.read_text() for output in result.outputs)
            self.texts = [line.split()[1] for line in rows.splitlines()]
            return result, [line.split()[0] for line in rows.splitlines()]


@pytest.fixture
def bench(
    tmp_path: Path, pool: ScorerPool, blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    asked, real = list[int](), Conversation.ask_ahead

    def counted(self: Conversation, message: object) -> None:
        real(self, message)  # type: ignore[arg-type]  # what the real one is given
        if self.has_asked_ahead:
            asked.append(message.minibatch)  # type: ignore[attr-defined]

    monkeypatch.setattr(Conversation, "ask_ahead", counted)
    with ThreadPoolExecutor(8) as executor:
        yield Bench(tmp_path, pool, Downloads(blobs, executor), blobs, asked)


def _names(indices: range | list[int]) -> list[str]:
    return [f"{index:02}" for index in indices]


def test_each_is_run_once_and_their_rows_are_in_order(bench: Bench) -> None:
    with bench.scorer() as scorer:
        result, rows = bench.score(bench.bundle({}), scorer)

    assert _names(range(MINIBATCHES)) == rows == bench.runs
    assert len(bench.asked_ahead) >= MINIBATCHES // 2
    assert all(0 <= report.run_seconds <= report.seconds for report in result.reports)
    assert all(report.tries == 1 for report in result.reports)


@pytest.mark.parametrize("tries", [1, 3])
def test_one_that_fails_is_tried_as_often_as_ever(bench: Bench, tries: int) -> None:
    with bench.scorer() as scorer:
        result, rows = bench.score(bench.bundle({5: "fails"}, tries), scorer)

    left = [index for index in range(MINIBATCHES) if index != 5]
    assert _names(left) == rows
    assert tries == bench.runs.count("05") == result.reports[5].tries
    assert [0] * 5 + [1] + [0] * 6 == [report.failed_files for report in result.reports]


def test_the_next_try_sees_the_file_as_it_was(bench: Bench) -> None:
    with bench.scorer() as scorer:
        result, rows = bench.score(bench.bundle({4: "once", 5: "once"}, tries=2), scorer)

    assert _names(range(MINIBATCHES)) == rows
    assert "spoilt" not in bench.texts
    assert (2, 2) == (result.reports[4].tries, bench.runs.count("05"))


def test_a_process_that_dies_is_its_own_minibatch_s_fault(bench: Bench) -> None:
    with bench.scorer() as scorer:
        result, rows = bench.score(bench.bundle({6: "dies"}, tries=2), scorer)

    assert _names([index for index in range(MINIBATCHES) if index != 6]) == rows
    assert (2, "died") == (result.reports[6].tries, result.reports[6].status)
    assert 2 == bench.runs.count("06")
    assert 1 == bench.runs.count("07")


def test_one_that_hangs_is_ended_after_its_own_time(bench: Bench) -> None:
    with bench.scorer() as scorer:
        result, rows = bench.score(bench.bundle({3: "hangs"}, timeout_s=1), scorer)

    assert _names([index for index in range(MINIBATCHES) if index != 3]) == rows
    assert "timeout" == result.reports[3].status
    assert 1.0 <= result.reports[3].seconds < 5


def test_nothing_is_asked_ahead_of_long_ones(bench: Bench) -> None:
    slow = dict.fromkeys(range(MINIBATCHES), "slow")
    with bench.scorer() as scorer:
        bench.score(replace(bench.bundle(slow), span=Span(first=0, stop=3)), scorer)

    assert [] == bench.asked_ahead


def test_whose_run_may_leave_something_behind_is_asked_when_it_is_wanted(bench: Bench) -> None:
    with bench.scorer(is_stateless=False) as scorer:
        _, rows = bench.score(bench.bundle({5: "once"}, tries=2), scorer)

    assert _names(range(MINIBATCHES)) == rows
    assert _names([*range(6), *range(5, MINIBATCHES)]) == bench.runs
    assert [] == bench.asked_ahead


def _after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_what_was_asked_ahead_of_an_end_counts_for_nothing(bench: Bench) -> None:
    over = replace(bench.bundle({}), is_over=_after(9))
    with bench.scorer() as scorer:
        result, rows = bench.score(over, scorer)
        assert not scorer.conversation.has_asked_ahead
        _, again = bench.score(replace(bench.bundle({}), span=Span(first=8, stop=10)), scorer)

    assert result.span.stop == len(rows) < MINIBATCHES
    assert _names(range(result.span.stop)) == rows
    assert len(bench.runs) - 2 <= result.span.stop + 1
    assert _names([8, 9]) == again


def test_a_bundle_says_how_much_work_it_has_left(bench: Bench) -> None:
    """By what its mini-batches took so far."""
    said = list[tuple[float, float]]()

    def must_yield(held: float, left: float) -> bool:
        said.append((held, left))
        return False

    with bench.scorer(is_stateless=False) as scorer:
        bench.score(replace(bench.bundle({}), must_yield=must_yield), scorer)

    held, left = said[MINIBATCHES // 2]
    assert held > 0
    assert pytest.approx(held) == left
    assert pytest.approx(said[-1][0] / (MINIBATCHES - 1)) == said[-1][1]


def test_a_process_that_writes_files_has_nothing_to_give_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScorerExit, "may_write", True)
    said = set[float]()

    def must_yield(_held: float, left: float) -> bool:
        said.add(left)
        return False

    with bench.scorer(is_stateless=False) as scorer:
        bench.score(replace(bench.bundle({}), must_yield=must_yield), scorer)

    assert {0.0} == said


def test_one_that_has_begun_is_scored_before_another_job_has_its_turn(bench: Bench) -> None:
    turns = iter(range(9))

    def must_yield(_held: float, _left: float) -> bool:
        return next(turns, None) is None

    with bench.scorer() as scorer:
        result, rows = bench.score(replace(bench.bundle({}), must_yield=must_yield), scorer)

    assert _names(range(result.span.stop)) == rows == bench.runs
    assert 1 < result.span.stop < MINIBATCHES
