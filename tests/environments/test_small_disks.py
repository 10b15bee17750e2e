"""Environments on disks that are really small: file systems of a few megabytes."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.scoring.environments.disk_room import DiskFull
from shared.scoring.environments.disk_usage import usage
from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.package_cache import is_shared
from tests.environments.test_builds import says
from tests.support.small_disk import small_disk
from tests.support.wheels import wheel

MB = 10**6
SPARE = 10 * MB


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """60 MB, as tmpfs counts them."""
    with small_disk(tmp_path / "disk", 57) as disk:
        yield disk


@pytest.fixture
def environments(disk: Path, index: Path, variables: Mapping[str, str]) -> Environments:
    """`big` takes 20 MB, `wide` 35, `huge` more than the disk; `side` needs `big`, too."""
    wheel(index, "big", "1.0", megabytes=20)
    wheel(index, "wide", "1.0", megabytes=35)
    wheel(index, "huge", "1.0", megabytes=90)
    wheel(index, "side", "1.0", ("big",))
    return Environments(disk / "envs", spare_bytes=SPARE, variables=variables)


def spec(*packages: str) -> EnvironmentSpec:
    return EnvironmentSpec("", packages)


def long_unused(environments: Environments, *, python: Path) -> None:
    """As if nobody had asked for it for an hour."""
    complete = python.parents[2] / "complete.json"
    subprocess.run(["touch", "-d", "1 hour ago", complete], check=True)


def test_an_environment_that_does_not_fit_says_the_sizes_and_the_plans(
    environments: Environments, disk: Path
) -> None:
    with pytest.raises(EnvironmentFailed) as caught:
        environments.ensure(spec("huge"))

    assert isinstance(caught.value, DiskFull)
    reason = caught.value.reason
    assert reason.startswith("The environment does not fit on this machine's disk of 60 MB: ")
    assert "stay free for models and mini-batches (ENVIRONMENTS_SPARE_MB)" in reason
    for plan in ("Flex Consumption has 0.8 GB", "Premium 21 to 140 GB", "Container Apps"):
        assert plan in reason
    assert "ENVIRONMENTS_FOLDER" in reason


def test_what_does_not_fit_leaves_the_disk_as_it_was(
    environments: Environments, disk: Path
) -> None:
    before = shutil.disk_usage(disk).free

    with pytest.raises(DiskFull):
        environments.ensure(spec("huge"))

    assert shutil.disk_usage(disk).free > before - MB


@pytest.mark.parametrize("name", ["wide", "huge"])
def test_what_a_killed_uv_had_half_unpacked_makes_way(
    environments: Environments, disk: Path, name: str
) -> None:
    """It stays unless uv ends by itself."""
    left = disk / "envs/cache/.tmpHalf/python"
    left.mkdir(parents=True)
    (left / "0.bin").write_bytes(b"x" * 40 * MB)

    try:
        environments.ensure(spec(name))
    except DiskFull:
        assert "huge" == name

    assert [] == list((disk / "envs/cache").glob(".tmp*"))


def test_a_disk_that_is_filled_to_its_last_byte_is_told_just_so(
    disk: Path, index: Path, variables: Mapping[str, str]
) -> None:
    """Without a margin uv finds no space at all."""
    wheel(index, "huge", "1.0", megabytes=90)

    with pytest.raises(DiskFull, match="does not fit on this machine's disk of 60 MB"):
        Environments(disk / "envs", variables=variables).ensure(spec("huge"))


def test_environments_that_nobody_uses_make_way(environments: Environments, disk: Path) -> None:
    old = environments.ensure(spec("big"))
    long_unused(environments, python=old)

    new = environments.ensure(spec("wide"))

    assert "1.0" == says(new, "import wide; print(wide.VERSION)")
    assert not old.exists()
    assert shutil.disk_usage(disk).free >= SPARE


def test_an_environment_in_which_a_process_lives_stays(environments: Environments) -> None:
    old = environments.ensure(spec("big"))
    long_unused(environments, python=old)
    with subprocess.Popen([old, "-c", "input()"], stdin=subprocess.PIPE) as resident:
        with pytest.raises(DiskFull):
            environments.ensure(spec("wide"))
        resident.communicate(b"\n")

    assert "1.0" == says(old, "import big; print(big.VERSION)")


def test_one_that_was_just_handed_out_stays(environments: Environments) -> None:
    """Its process may be about to start."""
    old = environments.ensure(spec("big"))

    with pytest.raises(DiskFull):
        environments.ensure(spec("wide"))

    assert old.exists()


def test_environments_share_their_packages_and_the_cache_counts_once(
    environments: Environments, disk: Path
) -> None:
    before = shutil.disk_usage(disk).free
    first = environments.ensure(spec("big"))
    alone = before - shutil.disk_usage(disk).free
    second = environments.ensure(spec("side"))
    both = before - shutil.disk_usage(disk).free

    data = [one.parent.parent / "lib" for one in (first, second)]
    same = [next(lib.rglob("big-data/0.bin")).stat().st_ino for lib in data]
    assert same[0] == same[1]
    assert both - alone < 2 * MB
    # What directories take is of the file system, and not in the files.
    assert abs(usage(disk / "envs") - both) < 2 * MB
    assert usage(disk / "envs") < 25 * MB


def test_downloads_that_no_environment_holds_make_way_first(
    environments: Environments, disk: Path
) -> None:
    old = environments.ensure(spec("big"))
    shutil.rmtree(old.parents[2])
    unused = [one for one in (disk / "envs/cache").glob("archive-v*/*") if not is_shared(one)]
    assert 20 * MB < usage(*unused)

    environments.ensure(spec("wide"))

    assert not any(one.exists() for one in unused)


def test_a_request_is_resolved_on_a_short_disk_only_with_words(
    disk: Path, index: Path, variables: Mapping[str, str]
) -> None:
    (disk / "full").write_bytes(b"x" * 52 * MB)

    with pytest.raises(DiskFull, match="stay free for models"):
        Environments(disk / "envs", spare_bytes=SPARE, variables=variables).pin(spec("apple"))
