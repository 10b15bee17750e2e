"""What is kept of a traceback: the user's frames and the exception, whatever has to go."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.scoring.child import tracebacks
from shared.scoring.child.script import script_driver
from shared.scoring.child.texts import DETAILS_LIMIT, clipped
from shared.scoring.scorer.init_failure_text import explain_init_failure
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import leased

_DEEP = """
class Weights(Exception):
    pass

def load(depth):
    if depth:
        return (load_more if depth % 2 else load)(depth - 1)
    try:
        open("weights.bin")
    except OSError as error:
        raise Weights("no weights" + "!" * {more}) from error

def load_more(depth):
    return load(depth)

def init():
    load({depth})

def run(batch):
    return batch
"""


def raised(function: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception, match=r".") as caught:
        function()
    return caught.value


def failed_init(pool: ScorerPool, folder: Path, *, depth: int, more: int) -> InitFailed:
    source = _DEEP.replace("{depth}", str(depth)).replace("{more}", str(more))
    with pytest.raises(InitFailed) as caught, leased(pool, folder, source):
        pass
    return caught.value


def test_a_traceback_of_init_has_the_scripts_frames_alone(pool: ScorerPool, tmp_path: Path) -> None:
    """Of the exception that it came from, too."""
    details = failed_init(pool, tmp_path, depth=1, more=0).details

    files = {
        line.split('"')[1].rpartition("/")[2]
        for line in details.splitlines()
        if line.startswith("  File")
    }
    assert {"score.py"} == files
    assert 2 == details.count("Traceback (most recent call last):")
    assert "FileNotFoundError" in details
    assert details.endswith("Weights: no weights\n")


@pytest.mark.parametrize(("depth", "more"), [(400, 0), (3, 5_000), (400, 5_000), (3, 0)])
def test_a_deployments_reason_keeps_the_innermost_frames_and_the_exception(
    pool: ScorerPool, tmp_path: Path, depth: int, more: int
) -> None:
    failure = failed_init(pool, tmp_path, depth=depth, more=more)

    reason = explain_init_failure("The scoring script does not start", failure, 3_000)

    first, *lines = reason.splitlines()
    assert len(reason) <= 3_000
    assert first.startswith("The scoring script does not start: Weights: no weights")
    assert 'raise Weights("no weights"' in reason
    assert lines[-1].startswith("score.Weights: no weights")


def test_a_failure_without_a_traceback_is_reported_with_what_was_printed_last() -> None:
    details = "The scorer process exited with code 3.\n" + "a line\n" * 2_000 + "last words"
    failure = InitFailed("The scorer process exited with code 3.", error_type="E", details=details)

    reason = explain_init_failure("The model does not load", failure, 3_000)

    assert len(reason) <= 3_000
    assert "The model does not load: The scorer process exited" in reason
    assert reason.endswith("a line\nlast words")


def test_what_our_own_mistakes_have_raised_keeps_our_frames() -> None:
    error = raised(lambda: script_driver._names(None))  # type: ignore[arg-type]
    while (
        error.__traceback__
        and "script_driver" not in error.__traceback__.tb_frame.f_globals["__name__"]
    ):
        error.__traceback__ = error.__traceback__.tb_next

    assert "script_driver.py" in tracebacks.format_error(error)


def test_a_refusal_of_a_script_has_no_frames_of_ours(pool: ScorerPool, tmp_path: Path) -> None:
    with pytest.raises(InitFailed) as caught, leased(pool, tmp_path, "", script="../score.py"):
        pass

    assert "File" not in caught.value.details
    assert "BadScript: '../score.py' is not inside" in caught.value.details


def test_a_group_of_exceptions_and_a_circle_of_causes_are_reported() -> None:
    one, other = ValueError("one"), KeyError("other")
    one.__cause__, other.__cause__ = other, one

    assert "KeyError: 'other'" in tracebacks.format_error(one)
    told_of_both = tracebacks.format_error(ExceptionGroup("both", [one, TypeError("more")]))
    assert "TypeError: more" in told_of_both
    assert "ExceptionGroup: both (2 sub-exceptions)" in told_of_both


def test_a_text_is_clipped_in_its_middle() -> None:
    text = "first\n" + "".join(f"line {number}\n" for number in range(100_000))

    cut = clipped(text, DETAILS_LIMIT)

    assert len(cut) <= DETAILS_LIMIT
    assert cut.startswith("first\n...\nline ")
    assert cut.endswith("line 99998\nline 99999\n")
    assert "abc" == clipped("abc", 3)
    assert len(clipped("x" * 100, 30)) <= 30
