"""Scripts that do not start, exit, raise, hang, or spoil what is theirs."""

from pathlib import Path

import pytest

from shared.scoring.bundle.originals import Originals
from shared.scoring.child.parent_death import LEAVE_GRACE_S
from shared.scoring.scorer.output_log import LIMIT_BYTES
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed, ScoringFailed
from tests.scoring.script_lease import misbehaving
from tests.support.waiting import PATIENCE_S, is_running

IMPATIENCE_S = 0.4


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("has_no_run", "BadScript: 'score.py' defines no run(mini_batch)"),
        ("has_a_run_that_is_no_function", "'score.py' has a run that is no function but list"),
        ("does_not_parse", "(score.py, line 3)"),
        ("imports_what_is_not_there", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raises_in_init", "LookupError: no model here"),
        ("exits_in_init", "init() called sys.exit('the model is missing')"),
        ("exits_on_import", "its import called sys.exit(3)"),
        (
            "killed_in_init",
            "was killed by SIGKILL, likely out of memory while the script was imported and init()",
        ),
    ],
)
def test_a_script_that_cannot_start_says_why(
    pool: ScorerPool, tmp_path: Path, act: str, words: str
) -> None:
    with pytest.raises(InitFailed) as caught, misbehaving(pool, tmp_path, act):
        pass

    assert words in caught.value.message
    assert caught.value.message.partition(":")[0] in caught.value.details


def test_a_traceback_of_init_is_whole_and_what_was_printed_is_kept(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with pytest.raises(InitFailed) as caught, misbehaving(pool, tmp_path, "raises_in_init"):
        pass

    assert 'score.py", line 3, in init' in caught.value.details
    assert caught.value.details.rstrip().endswith("LookupError: no model here")
    assert "/score.py" in caught.value.details.splitlines()[1]


def test_init_has_a_limit_of_its_own(tmp_path: Path) -> None:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, init_limit_s=0.5, grace_s=0.3)

    with (
        pytest.raises(InitFailed, match=r"more than 0\.5 s"),
        misbehaving(pool, tmp_path, "sleeps_in_init"),
    ):
        pass

    pool.close()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("exits_in_run", "exited with code 42"),
        ("exits_with_words_in_run", "exited with code 1"),
        ("exits_at_once_in_run", "exited with code 9"),
        ("killed_in_run", "was killed by SIGKILL, likely out of memory"),
    ],
)
def test_a_script_that_ends_its_process_is_reported_and_replaced(
    pool: ScorerPool, tmp_path: Path, act: str, words: str
) -> None:
    with misbehaving(pool, tmp_path, act) as scorer:
        pid = scorer.scorer.pid
        failed = scorer.failure("a", "b")
        again = scorer.failure("a", "b")

        assert ("died", "ProcessDied") == (failed.kind, failed.error_type)
        assert words in failed.message
        assert failed.message == again.message
        assert pid != scorer.scorer.pid


def test_the_last_words_of_an_exit_are_in_the_log(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "exits_with_words_in_run") as scorer:
        scorer.failure("a")

        assert b"enough\n" in scorer.scorer.drain_logs().both


def test_threads_that_never_end_do_not_turn_an_exit_into_a_timeout(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with misbehaving(pool, tmp_path, "exits_but_its_threads_do_not") as scorer:
        failed = scorer.failure("a", timeout_s=LEAVE_GRACE_S + 10)

    assert "exited with code 4" in failed.message


@pytest.mark.parametrize(
    ("act", "error_type", "message"),
    [
        ("raises_in_run", "ValueError", "ValueError: cannot score this"),
        ("raises_on_one_file", "ValueError", "ValueError: bad is bad"),
        ("raises_after_closing_everything", "ValueError", "ValueError: said without a voice"),
        ("interrupts_itself", "Exited", "Exited: run() raised KeyboardInterrupt"),
        ("raises_what_cannot_be_shown", "Mute", "Mute"),
    ],
)
def test_a_script_that_raises_keeps_its_process(
    pool: ScorerPool, tmp_path: Path, act: str, error_type: str, message: str
) -> None:
    with misbehaving(pool, tmp_path, act) as scorer:
        pid = scorer.scorer.pid
        failed = scorer.failure("bad", "good")

        assert ("exception", error_type) == (failed.kind, failed.error_type)
        assert failed.message.startswith(message)
        assert 'score.py", line' in failed.details
        assert "in run" in failed.details
        assert "script_driver.py" not in failed.details
        assert pid == scorer.scorer.pid
        if act == "raises_on_one_file":
            assert 2 == scorer.score("good", "better").succeeded


def test_a_message_of_a_megabyte_is_cut_and_its_first_line_is_first(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with misbehaving(pool, tmp_path, "raises_1mb_message") as scorer:
        failed = scorer.failure("a")

    assert "ValueError: the first line" == failed.message.splitlines()[0]
    assert len(failed.message) <= 3000
    assert len(failed.details) <= 64 << 10


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("sleeps_forever", "was ended by SIGTERM"),
        ("ignores_sigterm", "ignored SIGTERM for 0.3 s and was ended by SIGKILL"),
        ("answers_sigterm_with_an_exception", "ignored SIGTERM for 0.3 s"),
    ],
)
def test_a_script_that_takes_too_long_is_ended(
    pool: ScorerPool, tmp_path: Path, act: str, words: str
) -> None:
    with misbehaving(pool, tmp_path, act) as scorer:
        pid = scorer.scorer.pid or 0
        failed = scorer.failure("a", timeout_s=IMPATIENCE_S)

    assert ("timeout", "Timeout") == (failed.kind, failed.error_type)
    assert "run() took more than 0.4 s, the deployment's timeout" in failed.message
    assert words in failed.message
    assert not is_running(pid)


@pytest.mark.parametrize(
    "act",
    [
        "installs_signal_handlers",
        "writes_binary_to_stdout",
        "closes_its_stdout",
        "forks",
        "forks_in_init",
        "spawns_threads_that_never_end",
    ],
)
def test_a_script_may_misbehave_and_score_again_and_again_in_one_process(
    pool: ScorerPool, tmp_path: Path, act: str
) -> None:
    with misbehaving(pool, tmp_path, act) as scorer:
        pid = scorer.scorer.pid
        for round_ in range(3):
            names = [f"{round_}-{number}" for number in range(round_ + 1)]
            scored = scorer.score(*names)
            assert (len(names), len(names)) == (scored.rows, scored.succeeded)

        assert pid == scorer.scorer.pid


def test_a_flood_of_100_mb_does_no_harm(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "prints_100_mb") as scorer:
        assert 1 == scorer.score("a").rows
        logs = scorer.scorer.drain_logs().both

    assert logs.endswith(b"x\nthe end\n")
    assert len(logs) < LIMIT_BYTES + 100


def test_each_run_begins_in_the_code_folder(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "changes_cwd") as scorer:
        assert ["True"] == scorer.rows("a")
        assert ["True"] == scorer.rows("a")


def test_what_a_script_writes_beside_itself_or_at_home_stays_in_its_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with misbehaving(pool, tmp_path, "writes_beside_itself") as scorer:
        assert ["1"] == scorer.rows("a")
        assert ["2"] == scorer.rows("a")
        scorer.scorer.end()
        assert ["1"] == scorer.rows("a")

    assert ["score.py"] == [entry.name for entry in (tmp_path / "code").iterdir()]
    assert not (Path.home() / "scribble").exists()


def test_inputs_that_a_script_has_spoilt_are_found(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "spoils_its_inputs") as scorer:
        files = scorer.files("removed", "rewritten", "untouched")
        originals = Originals(files)
        assert () == originals.altered()
        with pytest.raises(ScoringFailed, match="and now for the retry"):
            scorer.scorer.score(files, scorer.output, timeout_s=PATIENCE_S)

    assert ("removed", "rewritten") == tuple(file.name for file in originals.altered())
