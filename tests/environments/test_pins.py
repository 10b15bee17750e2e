"""Pins: every version said, as the user bounded them."""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from tests.environments.test_builds import says
from tests.support.environments import Make
from tests.support.wheels import wheel


def test_a_pinned_environment_says_every_version(make: Make, index: Path) -> None:
    environments = make()
    minor = f"{sys.version_info[0]}.{sys.version_info[1]}"

    pinned = environments.pin(EnvironmentSpec("", ("pie",), ("a note",)))
    wheel(index, "apple", "9.0")
    python = environments.ensure(pinned)

    assert EnvironmentSpec(minor, ("apple==2.0", "pie==3.1"), ("a note",)) == pinned
    assert "2.0" == says(python, "import apple; print(apple.VERSION)")


def test_a_hash_that_the_user_wrote_is_kept_and_enforced(make: Make, index: Path) -> None:
    """The index does not get to say what the hash should be."""
    (apple,) = index.glob("apple-1.0-*")
    right, wrong = hashlib.sha256(apple.read_bytes()).hexdigest(), "0" * 64
    environments = make()

    pinned = environments.pin(EnvironmentSpec("", (f"apple==1.0 --hash=sha256:{right}", "pie")))
    assert environments.ensure(pinned).exists()
    assert pinned.packages[0] == f"apple==1.0 --hash=sha256:{right}"
    assert pinned.packages[1].startswith("pie==3.1 --hash=sha256:")

    mistaken = environments.pin(EnvironmentSpec("", (f"apple==1.0 --hash=sha256:{wrong}",)))
    with pytest.raises(EnvironmentFailed, match=f"(?is)hash mismatch.*{wrong}"):
        environments.ensure(mistaken)


def test_constraints_bound_what_others_need(make: Make) -> None:
    environments, spec = make(), EnvironmentSpec("", ("pie",), constraints=("apple<2", "pear==7"))

    pinned = environments.pin(spec)

    assert ("apple==1.0", "pie==3.1") == pinned.packages
    assert () == pinned.constraints
    assert "1.0" == says(environments.ensure(spec), "import apple; print(apple.VERSION)")


def test_prereleases_are_found_for_who_wants_them(make: Make, index: Path) -> None:
    wheel(index, "apple", "3.0rc1")
    environments, spec = make(), EnvironmentSpec("", ("pie",))

    pinned = environments.pin(replace(spec, takes_prereleases=True))

    assert ("apple==3.0rc1", "pie==3.1") == pinned.packages
    assert "3.0rc1" == says(environments.ensure(pinned), "import apple; print(apple.VERSION)")
    assert ("apple==2.0", "pie==3.1") == environments.pin(spec).packages


def test_packages_that_do_not_go_together_cannot_be_pinned(make: Make) -> None:
    with pytest.raises(EnvironmentFailed, match=r"(?s)do not go together.*apple"):
        make().pin(EnvironmentSpec("", ("pie", "apple<1")))
