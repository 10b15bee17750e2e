"""Which run() gets the mini-batch's context, and how."""

import functools
from pathlib import Path
from typing import Any

import pytest

from shared.scoring.child.script.batch_context import WrongArguments, bind_context
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import leased
from tests.support.waiting import PATIENCE_S

FILES = ["a", "b"]


class Runs:
    def __call__(self, mini_batch: Any, context: Any) -> Any:
        return mini_batch, context

    def method(self, mini_batch: Any, mini_batch_context: Any) -> Any:
        return mini_batch, mini_batch_context


def alone(mini_batch: Any) -> Any:
    return mini_batch, None


def other(mini_batch: Any, threshold: float = 0.5) -> Any:
    assert threshold == 0.5
    return mini_batch, None


def anything(*args: Any, **more: Any) -> Any:
    assert not more
    return args[0], None if len(args) == 1 else args[1]


def with_threshold(mini_batch: Any, threshold: float, context: Any = None) -> Any:
    assert threshold == 0.5
    return mini_batch, context


def keyword(mini_batch: Any, *, context: Any) -> Any:
    return mini_batch, context


@functools.wraps(keyword)
def decorated(*args: Any, **more: Any) -> Any:
    return keyword(*args, **more)


@pytest.mark.parametrize(
    "run",
    [
        Runs(),
        Runs().method,
        keyword,
        decorated,
        lambda mini_batch, context: (mini_batch, context),
        lambda mini_batch, context=None: (mini_batch, context),
        lambda mini_batch, whatever: (mini_batch, whatever),
        lambda mini_batch, context, /, *rest, **more: (mini_batch, context),
        functools.partial(with_threshold, threshold=0.5),
        functools.partial(lambda model, mini_batch, context: (mini_batch, context), "model"),
    ],
)
def test_who_asks_for_the_context_gets_it(run: Any) -> None:
    files, context = bind_context(run)(FILES, 7)

    assert (FILES, 7, {}) == (files, context.minibatch_index, context.partition_key_value)


@pytest.mark.parametrize(
    "run",
    [
        alone,
        other,
        anything,
        functools.partial(keyword, context=None),
        lambda *files: (*files, None),
    ],
)
def test_who_does_not_ask_is_called_with_the_files_alone(run: Any) -> None:
    assert (FILES, None) == bind_context(run)(FILES, 7)


def test_what_is_built_in_gets_the_files() -> None:
    assert ["a", "b"] == bind_context(list)(FILES, 7)


@pytest.mark.parametrize(
    "run", [lambda: 1, lambda batch, context, more: [], lambda batch, *, model, context: []]
)
def test_a_run_that_cannot_be_called_so_is_refused(run: Any) -> None:
    with pytest.raises(WrongArguments, match=r"Define it as run\(mini_batch\) or run"):
        bind_context(run)


def test_what_a_context_has_not_is_reported() -> None:
    context = bind_context(lambda batch, context: context)(FILES, 3)

    with pytest.raises(AttributeError, match=r"has no 'dataset'\. It has minibatch_index"):
        _ = context.dataset
    assert "MiniBatchContext(minibatch_index=3)" == repr(context)


def test_a_script_reads_the_index_of_its_minibatch(pool: ScorerPool, tmp_path: Path) -> None:
    source = "def run(mini_batch, context):\n    return [context.minibatch_index]\n"

    with leased(pool, tmp_path, source) as scorer:
        for index in (5, 2):
            scorer.scorer.score(
                scorer.files("a"), scorer.output, timeout_s=PATIENCE_S, minibatch=index
            )
            assert f"{index}\n" == scorer.output.read_text()


def test_a_script_whose_run_takes_no_files_does_not_start(pool: ScorerPool, tmp_path: Path) -> None:
    with (
        pytest.raises(InitFailed, match=r"'score\.py': run\(\) cannot be called with a mini-batch"),
        leased(pool, tmp_path, "def run():\n    return []\n"),
    ):
        pass
