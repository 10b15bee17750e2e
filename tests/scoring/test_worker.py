"""A scorer process by a driver that misbehaves: its answers, deaths and output."""

import json
import os
import signal
from pathlib import Path

import pytest

from shared.scoring.scorer.output_log import LIMIT_BYTES
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer.scorer_state import ScorerState
from shared.scoring.scorer_spec import Scored, ScoringFailed
from tests.scoring import misbehaving_driver
from tests.scoring.conftest import Specs, acts
from tests.support.waiting import PATIENCE_S, is_running, wait_until

IMPATIENCE_S = 0.3


def score(scorer: Scorer, output: Path, *names: str, timeout_s: float = PATIENCE_S) -> Scored:
    return scorer.score(acts(*names), output, timeout_s=timeout_s)


def failure(scorer: Scorer, output: Path, act: str, timeout_s: float) -> ScoringFailed:
    with pytest.raises(ScoringFailed) as caught:
        score(scorer, output, act, timeout_s=timeout_s)
    return caught.value


def test_a_process_scores_many_minibatches_in_the_order_given(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    output = tmp_path / "output"

    with pool.lease(spec_of(), capacity=1) as scorer:
        first = score(scorer, output, "b", "a")
        pid = scorer.pid
        assert b"0,b\n1,a\n" == output.read_bytes()
        second = score(scorer, output, "c")

    assert (2, 2, (), 8) == (first.rows, first.succeeded, first.failures, first.bytes)
    assert b"0,c\n" == output.read_bytes()
    assert 0 <= second.seconds < PATIENCE_S
    assert pid == scorer.pid


def test_an_exception_fails_the_try_and_keeps_the_process(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        pid = scorer.pid
        failed = failure(scorer, tmp_path / "output", "raises", PATIENCE_S)

        assert ("exception", "ValueError") == (failed.kind, failed.error_type)
        assert "ValueError: no such luck" == failed.message == str(failed)
        assert b"in raises" in scorer.drain_logs().both
        assert not (tmp_path / "output").exists()
        assert ScorerState.READY is scorer.state
        assert pid == scorer.pid


@pytest.mark.parametrize("act", ["raises_1mb_message", "raises_nothing_to_say"])
def test_a_message_is_short_has_a_first_line_and_is_never_empty(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, act: str
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        failed = failure(scorer, tmp_path / "output", act, PATIENCE_S)

    assert failed.message.splitlines()[0] in ("ValueError: first line", "ValueError")
    assert len(failed.message) <= 3100


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("exits", "exited with code 42"),
        ("exits_at_once", "exited with code 7"),
        ("dies_slowly", "exited with code 9"),
        ("is_killed", "was killed by SIGKILL, likely out of memory"),
        ("crashes", "was killed by SIGSEGV, a crash in native code"),
        ("closes_everything_and_sleeps", "closed its control pipe or wrote into it"),
        ("forks_and_exits", "exited with code 3"),
        ("detaches_and_exits", "exited with code 4"),
        ("closes_everything", "exited with code 1"),
        ("writes_into_every_pipe", "closed its control pipe or wrote into it"),
    ],
)
def test_a_death_is_reported_in_words_and_the_next_score_has_a_new_process(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, act: str, words: str
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        pid = scorer.pid
        failed = failure(scorer, tmp_path / "output", act, PATIENCE_S)

        assert ("died", "ProcessDied") == (failed.kind, failed.error_type)
        assert words in failed.message
        assert ScorerState.DEAD is scorer.state
        assert not (tmp_path / "output").exists()
        assert 1 == score(scorer, tmp_path / "output", "a").rows
        assert pid != scorer.pid


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("sleeps_forever", "was ended by SIGTERM"),
        ("ignores_sigterm", "ignored SIGTERM for 0.3 s and was ended by SIGKILL"),
        ("stops", "was ended by SIGKILL"),
    ],
)
def test_a_timeout_ends_the_process_however_stubborn_it_is(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, act: str, words: str
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        pid = scorer.pid or 0
        failed = failure(scorer, tmp_path / "output", act, IMPATIENCE_S)

        assert ("timeout", "Timeout") == (failed.kind, failed.error_type)
        assert "run() took more than 0.3 s" in failed.message
        assert words in failed.message
        assert not is_running(pid)
        assert not (tmp_path / "output").exists()
        assert 1 == score(scorer, tmp_path / "output", "a").rows


def test_what_the_worker_ignores_a_scorer_still_heeds(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    """A host's worker ignores the signals that its host handles; children inherit that."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with pool.lease(spec_of(), capacity=1) as scorer:
            failed = failure(scorer, tmp_path / "output", "sleeps_forever", IMPATIENCE_S)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert "was ended by SIGTERM" in failed.message


def test_what_a_model_forked_dies_with_its_process(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        score(scorer, tmp_path / "output", "forks")
        forked = int((tmp_path / "output").read_text().split(",")[1])
        assert is_running(forked)
        scorer.end()

        wait_until(lambda: not is_running(forked), "the fork ended")


def test_a_flood_of_output_neither_hangs_nor_bloats(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        score(scorer, tmp_path / "output", "prints_a_lot", "prints")
        logs = scorer.drain_logs().both

    assert b"printed by the model\n" == logs[-21:]
    assert (
        f"[{misbehaving_driver.FLOOD + 21 - LIMIT_BYTES} bytes of output were dropped"
        in logs[:80].decode()
    )
    assert (1 << 20) <= len(logs) < LIMIT_BYTES + 100


def test_binary_output_and_closed_streams_do_no_harm(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        pid = scorer.pid
        score(scorer, tmp_path / "output", "writes_binary_to_stdout", "prints")
        printed = scorer.drain_logs()
        assert b"\xff\xfe\n" in printed.stderr
        assert printed.stdout.endswith(b"\xfe\xffprinted by the model\n")

        score(scorer, tmp_path / "output", "closes_stdout")
        for _ in range(3):
            score(scorer, tmp_path / "output", "writes_binary_to_stdout")
            assert b"0,writes_binary_to_stdout\n" == (tmp_path / "output").read_bytes()

        assert pid == scorer.pid


def test_the_last_words_of_a_dying_process_are_in_its_logs(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of("prints"), capacity=1) as scorer:
        failure(scorer, tmp_path / "output", "exits_at_once", PATIENCE_S)

        assert b"printed by the model\nlast words\n" == scorer.drain_logs().both
        assert b"" == scorer.drain_logs().both


def test_nothing_of_the_service_reaches_the_process(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment is an allow-list, its descriptors are the standard ones and two pipes."""
    secrets = ["AzureWebJobsStorage", "AZURE_CLIENT_SECRET", "PUBLIC_URL", "PYTHONPATH"]
    for name in secrets:
        monkeypatch.setenv(name, "AccountKey=secret==")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "open").write_text("")
    spec = spec_of(environment=(("THRESHOLD", "0.5"), ("AZUREML_MODEL_DIR", "/elsewhere")))

    with (tmp_path / "open").open() as unrelated:
        os.set_inheritable(unrelated.fileno(), True)  # noqa: FBT003
        with pool.lease(spec, capacity=1) as scorer:
            score(scorer, tmp_path / "output", "tells_all")
    told = json.loads((tmp_path / "output").read_text().split(",", 1)[1])

    environ, opened = told["environ"], told["descriptors"]
    assert not [value for value in environ.values() if "secret" in value]
    assert not set(secrets) & set(environ)
    assert "0.5" == environ["THRESHOLD"]
    assert "C.UTF-8" == environ["LC_ALL"]
    assert str(tmp_path / "models") == environ["AZUREML_MODEL_DIR"]
    assert told["cwd"] == environ["TMPDIR"]
    assert "1" == environ["OMP_NUM_THREADS"]
    assert "true" == environ["MLFLOW_DISABLE_TELEMETRY"]
    assert "/dev/null" == opened.pop("0")
    mine = [target for target in opened.values() if target != str(tmp_path / "output")]
    assert 4 == len(mine)
    assert all(target.startswith("pipe:") for target in mine)


def test_a_process_works_in_a_folder_of_its_own_that_goes_with_it(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer:
        score(scorer, tmp_path / "output", "tells_all")
        folder = Path(json.loads((tmp_path / "output").read_text()[2:])["cwd"])
        assert folder.is_dir()
        (folder / "left behind").write_text("x")
        scorer.end()

    assert not folder.exists()


def test_a_request_larger_than_a_pipe_arrives_and_a_child_that_does_not_read_times_out(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    names = ["n" * 200] * 2000

    with pool.lease(spec_of(), capacity=1) as scorer:
        assert 2000 == score(scorer, tmp_path / "output", *names).rows
        os.kill(scorer.pid or 0, 19)
        with pytest.raises(ScoringFailed) as caught:
            score(scorer, tmp_path / "output", *names, timeout_s=IMPATIENCE_S)

    assert "timeout" == caught.value.kind


def test_a_scorer_scores_one_minibatch_at_a_time_and_starts_once(
    pool: ScorerPool, spec_of: Specs
) -> None:
    with pool.lease(spec_of(), capacity=1) as scorer, pytest.raises(RuntimeError, match="ready"):
        scorer.start()
