"""Roles include one another, and a token's names are read without regard to case."""

import pytest

from shared.domain.caller import NOBODY, Author, Caller, CallerType
from shared.domain.role import Role


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ((), None),
        (("Owner", ""), None),
        (("Reader",), Role.READER),
        (("INVOKER", "reader"), Role.INVOKER),
        (("reader", "nonsense", "Contributor"), Role.CONTRIBUTOR),
    ],
)
def test_the_highest_known_role_counts(names: tuple[str, ...], role: Role | None) -> None:
    assert role is Role.highest(names)


def test_each_role_includes_the_ones_before_it() -> None:
    assert Role.READER < Role.INVOKER < Role.CONTRIBUTOR


def test_an_author_is_called_by_name_or_else_by_the_stable_id() -> None:
    ada = Caller(subject="oid-1", name="ada", roles=frozenset())
    nightly = Caller(subject="oid-2", name="", roles=frozenset(), type=CallerType.APPLICATION)

    assert Author(name="ada", type=CallerType.USER) == ada.author
    assert Author(name="oid-2", type=CallerType.APPLICATION) == nightly.author


def test_nobody_holds_no_role() -> None:
    assert Role.highest(NOBODY.roles) is None
