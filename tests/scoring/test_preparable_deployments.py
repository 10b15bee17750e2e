"""Which deployments have prepared processes, and how many."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.messages import Imported
from shared.scoring.scorer.preparable_deployments import Preparable, PreparableDeployments
from shared.scoring.scorer_spec import ScorerSpec

IMPORTS = Imported(("numpy",))


def used(name: str, capacity: int = 1, most: int = 0, **changes: Any) -> Preparable:
    fields = {"imports": IMPORTS, "used_at": 1.0, **changes}
    spec = ScorerSpec(name, "script", "python", None)
    return Preparable(spec, capacity=capacity, most=most, **fields)


def deployments(*in_order: Preparable) -> PreparableDeployments:
    known = PreparableDeployments()
    for one in in_order:
        known.remember(one)
    return known


def shares(
    known: PreparableDeployments, room: int, in_use: dict[str, int] | None = None
) -> dict[str, int]:
    """By name; `in_use` are deployments that have warm scorers, and how many prepared ones."""
    busy = in_use or {}
    found = known.shares(room, lambda one: busy.get(one.spec.fingerprint, 0), busy.__contains__)
    return {one.spec.fingerprint: share for one, share in found.items()}


def test_the_one_that_was_used_last_comes_first() -> None:
    known = deployments(used("a", 2), used("b", 1), used("c", 3))

    assert {"c": 2} == shares(known, 2)
    assert {"c": 3, "b": 1} == shares(known, 4)
    known.remember(used("a", 2))
    assert {"a": 2, "c": 2} == shares(known, 4)


def test_one_in_use_gets_no_more_and_leaves_room_to_others() -> None:
    known = deployments(used("a", 2), used("b", 2))

    assert {"a": 2} == shares(known, 2, {"b": 0})
    assert {"b": 1, "a": 1} == shares(known, 2, {"b": 1})


def test_one_without_libraries_or_hope_gets_none() -> None:
    known = deployments(used("a", imports=Imported()), used("b", is_hopeless=True))

    assert {} == shares(known, 2)


def test_what_is_given_up_comes_back_when_it_is_used_unless_it_is_hopeless() -> None:
    for is_hopeless, after in ((False, {"a": 1}), (True, {})):
        known = deployments(used("a"))
        known.give_up(used("a").spec, is_hopeless=is_hopeless)
        assert {} == shares(known, 2)
        known.remember(used("a"))
        assert after == shares(known, 2)


def test_a_hopeless_one_stays_so_while_it_is_unused() -> None:
    known = deployments(used("a", is_hopeless=True), used("b"), used("c", used_at=9.0))

    known.forget_unused(5.0)
    known.remember(used("a"))

    assert {"c": 1} == shares(known, 9)


def test_not_all_deployments_there_ever_were_are_remembered() -> None:
    known = deployments(*(used(str(number)) for number in range(100)))

    assert 32 == len(shares(known, 1000))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=6), st.integers(0, 9))
def test_shares_are_never_more_than_there_may_be(sizes: list[tuple[int, int]], room: int) -> None:
    known = deployments(*(used(str(n), *size) for n, size in enumerate(sizes)))

    found = shares(known, room)

    assert sum(found.values()) == min(room, sum(min(c, m or c) for c, m in sizes))
    assert all(found[n] <= min(sizes[int(n)][0], sizes[int(n)][1] or 9) for n in found)
