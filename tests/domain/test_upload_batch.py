"""When uploads are due, and what the next batch takes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import PlannedFile
from shared.domain.upload_batch import Accepted, Upload, next_batch, seconds_until_due
from shared.domain.watch import GatherRules

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RULES = GatherRules(quiet_s=30, most_files=3, most_wait_s=100)


def an_upload(name: str, at_s: float, etag: str = "1") -> Upload:
    file = PlannedFile(name=name, etag=etag, size=1)
    return Upload(file=file, modified_at=NOON + timedelta(seconds=at_s))


def wait_s(at_s: list[float], now_s: float, *, is_marked: bool = False) -> float:
    pending = [an_upload(f"f{i}", at) for i, at in enumerate(at_s)]
    return seconds_until_due(pending, RULES, NOON + timedelta(seconds=now_s), is_marked=is_marked)


def test_uploads_are_due_once_nothing_came_for_the_quiet_time() -> None:
    assert 30 == wait_s([0], 0)
    assert 20 == wait_s([0, 10], 20)
    assert 0 == wait_s([0, 10], 40)
    assert 0 == wait_s([0, 10], 4000)


def test_a_stream_that_is_never_quiet_is_due_once_the_first_has_waited_longest() -> None:
    assert 1 == wait_s([0, 98], 99)
    assert 0 == wait_s([0, 99], 100)


def test_the_most_files_are_due_at_once() -> None:
    assert 0 == wait_s([0, 0, 0], 0)


def test_a_marker_ends_the_wait_at_once() -> None:
    assert 0 == wait_s([0], 0, is_marked=True)


def test_a_batch_takes_the_oldest_in_name_order_and_spends_the_marker_with_the_last() -> None:
    pending = [an_upload("a", 9), an_upload("b", 2), an_upload("c", 3), an_upload("d", 1)]

    first = next_batch(Accepted(), pending, RULES, NOON, "mark")
    accepted = Accepted().after(first)
    rest = accepted.pending(pending)
    second = next_batch(accepted, rest, RULES, NOON, "mark")

    assert ["b", "c", "d"] == [file.name for file in first.files]
    assert ("", ["a"], "mark") == (first.marker, [one.name for one in second.files], second.marker)
    assert [] == accepted.after(second).pending(pending)


def test_another_version_of_an_accepted_file_is_pending() -> None:
    batch = next_batch(Accepted(), [an_upload("a", 0, "1")], RULES, NOON, "")
    accepted = Accepted().after(batch)

    assert [] == accepted.pending([an_upload("a", 0, "1")])
    assert [an_upload("a", 5, "2")] == accepted.pending([an_upload("a", 5, "2")])


@given(st.lists(st.floats(0, 500), min_size=1, max_size=6), st.floats(0, 1000))
def test_nothing_waits_longer_than_the_rules_say(at_s: list[float], now_s: float) -> None:
    wait = wait_s(at_s, now_s)

    assert 0 <= wait <= max(0.0, min(at_s) + RULES.most_wait_s - now_s) + 1e-3
    if now_s >= max(at_s):
        assert wait <= RULES.quiet_s
