from pathlib import Path

import pytest

from shared.scoring.scorer.cause_of_death import describe_death, memory_kills


@pytest.mark.parametrize(
    ("returncode", "words"),
    [
        (0, "exited with code 0"),
        (3, "exited with code 3"),
        (137, "exited with code 137 (SIGKILL in a process it ran)"),
        (255, "exited with code 255"),
        (-9, "was killed by SIGKILL, likely out of memory"),
        (-11, "was killed by SIGSEGV, a crash in native code"),
        (-15, "was killed by SIGTERM"),
        (-200, "was killed by signal 200"),
    ],
)
def test_a_death_is_reported_in_words(returncode: int, words: str) -> None:
    assert words == describe_death(returncode)


def test_a_kill_is_reported_as_want_of_memory_if_the_kernel_has_counted_one() -> None:
    assert "likely out of memory" in describe_death(-9)
    assert describe_death(-9, ran_out=True).endswith("ran out of memory")
    assert "memory" not in describe_death(-15, ran_out=True)


def test_the_kernel_s_count_of_kills_is_read_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 7\noom_kill 3\noom_kill_x 9\n")

    assert 3 == memory_kills(tmp_path / "vmstat")
    assert 0 == memory_kills(tmp_path / "nowhere")
