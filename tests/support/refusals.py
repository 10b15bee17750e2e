"""What every refusal of `bep` has in common."""

from tests.support.stub_service import Done


def is_refused(done: Done, *, code: int = 1) -> bool:
    """A sentence on stderr, nothing on stdout, no traceback."""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("ERROR: ") or "\nERROR: " in done.stderr, done.stderr
    assert not done.stdout
    assert code == done.code, done.stderr
    return True
