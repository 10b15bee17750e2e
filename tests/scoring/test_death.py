import pytest

from shared.scoring.death import told


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
def test_a_death_is_told_in_words(returncode: int, words: str) -> None:
    assert words == told(returncode)
