import os
import shutil
from datetime import timedelta
from pathlib import Path

from shared.scoring.environments.disk_usage import usage
from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.file_lock import hold_lock
from shared.scoring.environments.package_cache import is_shared
from tests.environments.test_builds import says, venvs
from tests.support.environments import Make


def test_eviction_takes_the_longest_unused_first(make: Make, tmp_path: Path) -> None:
    environments = make()
    old, new = EnvironmentSpec("", ("apple==1.0",)), EnvironmentSpec("", ("apple==2.0",))
    for age_s, spec in ((7200, old), (3600, new)):
        complete = environments.ensure(spec).parents[2] / "complete.json"
        then = complete.stat().st_mtime - age_s
        os.utime(complete, (then, then))
    before = usage(tmp_path / "envs")

    day, minute = timedelta(days=1), timedelta(minutes=1)
    assert () == environments.evict(keep_bytes=before, keep_recent=minute)
    assert () == environments.evict(keep_bytes=0, keep_recent=day)
    assert (old.key,) == environments.evict(keep_bytes=before - 1, keep_recent=minute)
    assert (new.key,) == environments.evict(keep_bytes=0, keep_recent=minute)
    assert [] == venvs(tmp_path)


def test_use_protects_from_eviction(make: Make) -> None:
    environments, spec = make(), EnvironmentSpec("", ("apple",))
    complete = environments.ensure(spec).parents[2] / "complete.json"
    os.utime(complete, (0, 0))

    python = environments.ensure(spec)

    assert () == environments.evict(keep_bytes=0, keep_recent=timedelta(hours=1))
    assert python.exists()


def test_eviction_clears_what_dead_builders_left_but_not_what_is_being_built(
    make: Make, tmp_path: Path
) -> None:
    environments = make()
    for name in ("dead", "alive"):
        (tmp_path / "envs" / name / "half").mkdir(parents=True)

    with hold_lock(tmp_path / "envs" / "locks" / "alive", wait_s=0):
        removed = environments.evict(keep_bytes=1 << 40, keep_recent=timedelta(0))

    assert ("dead",) == removed
    assert (tmp_path / "envs" / "alive" / "half").exists()


def test_eviction_drops_downloads_that_no_environment_shares_before_environments(
    make: Make, tmp_path: Path
) -> None:
    environments: Environments = make(cache=None)
    python = environments.ensure(EnvironmentSpec("", ("apple==2.0",)))
    gone = environments.ensure(EnvironmentSpec("", ("apple==1.0",)))
    shutil.rmtree(gone.parents[2])
    downloads = usage(tmp_path / "envs") - 1

    assert () == environments.evict(keep_bytes=downloads, keep_recent=timedelta(0))
    (kept,) = (tmp_path / "envs" / "cache").glob("archive-v*/*")
    assert is_shared(kept)
    assert "2.0" == says(python, "import apple; print(apple.VERSION)")
    assert environments.ensure(EnvironmentSpec("", ("apple==2.0", "pie"))).exists()


def test_eviction_drops_what_else_was_downloaded_if_that_is_not_enough(
    make: Make, tmp_path: Path
) -> None:
    environments: Environments = make(cache=None)
    python = environments.ensure(EnvironmentSpec("", ("apple",)))
    records = tmp_path / "envs" / "cache" / "simple-v1"
    records.mkdir()
    (records / "index").write_bytes(b"x" * 10**6)

    kept = usage(tmp_path / "envs") - 10**6
    assert () == environments.evict(keep_bytes=kept, keep_recent=timedelta(0))

    assert not records.exists()
    assert python.exists()
