"""Environments built for real, by uv, of packages made on the spot."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from shared.scoring import child
from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.interpreters import ask
from tests.support.environments import Make
from tests.support.waiting import is_running, wait_until
from tests.support.wheels import slow_project, wheel

_REPOSITORY = Path(__file__).parents[2]
_ENSURE = """
import sys
from pathlib import Path
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.environment_spec import EnvironmentSpec
folder, cache, *packages = sys.argv[1:]
environments = Environments(Path(folder), cache=Path(cache))
print(environments.ensure(EnvironmentSpec("", tuple(packages))))
"""


def says(python: Path, code: str) -> str:
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def a_builder(
    tmp_path: Path, variables: Mapping[str, str], *packages: str
) -> "subprocess.Popen[str]":
    """Another process of the service, which wants the environment."""
    return subprocess.Popen(
        [sys.executable, "-c", _ENSURE, tmp_path / "envs", tmp_path / "cache", *packages],
        cwd=_REPOSITORY,
        env=dict(variables),
        stdout=subprocess.PIPE,
        text=True,
    )


def builds(tmp_path: Path) -> list[int]:
    """The process ids of the builds of a slow project."""
    log = tmp_path / "cache" / "builds"
    return [int(line) for line in log.read_text().splitlines()] if log.exists() else []


def venvs(tmp_path: Path) -> list[Path]:
    return [config.parent for config in (tmp_path / "envs").glob("*/*/pyvenv.cfg")]


PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))


def old_python() -> Path | None:
    """Of pyenv, as old as we can get."""
    for minor in ("3.7", "3.8", "3.9"):
        for python in PYENV.glob(f"versions/{minor}.*/bin/python3"):
            if ask(python):
                return python
    return None


def test_an_environment_holds_what_was_asked_for(make: Make) -> None:
    python = make().ensure(EnvironmentSpec("", ("apple==1.0", "pie")))

    assert "1.0 3.1" == says(python, "import apple, pie; print(apple.VERSION, pie.VERSION)")
    assert sys.version.split()[0] == says(python, "import sys; print(sys.version.split()[0])")


def test_what_was_built_is_not_built_again(make: Make, index: Path) -> None:
    spec = EnvironmentSpec("", ("apple",))
    first = make().ensure(spec)
    shutil.rmtree(index)

    assert first == make(uv="/nowhere/uv").ensure(spec.noting("a note makes no difference"))


def test_what_the_app_satisfies_is_the_apps(make: Make, tmp_path: Path) -> None:
    environments = make(own_python="/the/app/python")

    assert Path("/the/app/python") == environments.ensure(EnvironmentSpec("", ("pytest",)))
    assert [] == venvs(tmp_path)


def test_a_package_that_is_nowhere_is_named(make: Make) -> None:
    with pytest.raises(EnvironmentFailed, match=r"apple==7\.0") as caught:
        make().ensure(EnvironmentSpec("", ("apple==7.0",)))

    assert caught.value.reason.startswith("The packages cannot be installed: ")
    assert "apple" in caught.value.log
    assert "\x1b" not in caught.value.log


def test_a_failure_is_remembered_for_a_while(make: Make, index: Path) -> None:
    spec = EnvironmentSpec("", ("pear",))
    with pytest.raises(EnvironmentFailed, match="pear") as first:
        make().ensure(spec)
    wheel(index, "pear", "1.0")

    with pytest.raises(EnvironmentFailed, match="pear") as second:
        make().ensure(spec)
    assert (first.value.reason, first.value.log) == (second.value.reason, second.value.log)
    assert "1.0" == says(
        make(failure_remembered_s=0).ensure(spec), "import pear; print(pear.VERSION)"
    )


def test_processes_and_threads_that_want_the_same_build_it_once(
    make: Make, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    project = slow_project(tmp_path / "slow")
    environments, mine = make(), list[Path]()
    spec = EnvironmentSpec("", (str(project),))
    thread = threading.Thread(target=lambda: mine.append(environments.ensure(spec)))
    others = [a_builder(tmp_path, variables, str(project)) for _ in range(3)]
    thread.start()

    wait_until(lambda: bool(builds(tmp_path)), "somebody builds")
    (project / "go").touch()
    thread.join()

    assert {f"{mine[0]}\n"} == {other.communicate()[0] for other in others}
    assert 1 == len(builds(tmp_path))
    assert 1 == len(venvs(tmp_path))


def test_a_killed_builder_is_replaced(
    make: Make, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    """All that it started dies with it: uv, and the package's own build.

    Its half-built folder is cleared away, and nobody waits for a lock.
    """
    project = slow_project(tmp_path / "slow")
    builder = a_builder(tmp_path, variables, str(project))
    wait_until(lambda: bool(builds(tmp_path)), "the builder builds")
    children = psutil.Process(builder.pid).children(recursive=True)
    assert builds(tmp_path)[0] in {child.pid for child in children}

    builder.kill()
    builder.communicate()
    wait_until(
        lambda: not any(is_running(one.pid) for one in children), "its uv, and its build, are gone"
    )
    (project / "go").touch()
    python = make().ensure(EnvironmentSpec("", (str(project),)))

    assert "1.0" == says(python, "import slow; print(slow.VERSION)")
    assert [python.parent.parent] == venvs(tmp_path)


def test_a_build_that_takes_too_long_is_ended_with_all_it_started(
    make: Make, tmp_path: Path
) -> None:
    project = slow_project(tmp_path / "slow")

    with pytest.raises(EnvironmentFailed, match="more than 3 s"):
        make(build_limit_s=3).ensure(EnvironmentSpec("", (str(project),)))

    assert 1 == len(builds(tmp_path))
    wait_until(lambda: not is_running(builds(tmp_path)[0]), "the build is gone")


def test_an_environment_whose_interpreter_is_gone_is_built_again(make: Make) -> None:
    environments, spec = make(), EnvironmentSpec("", ("apple",))
    first = environments.ensure(spec)
    first.unlink()

    second = environments.ensure(spec)

    assert first != second
    assert "2.0" == says(second, "import apple; print(apple.VERSION)")


def test_secrets_of_the_service_are_not_seen_by_a_build(
    make: Make, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    project = slow_project(tmp_path / "slow")
    backend = project / "backend.py"
    backend.write_text(f"import os\n{backend.read_text()}\nassert 'MY_SECRET' not in os.environ\n")
    (project / "go").touch()

    environments = make(variables={**variables, "MY_SECRET": "x"})

    assert environments.ensure(EnvironmentSpec("", (str(project),))).exists()


def test_an_old_python_gets_its_environment_and_runs_the_scorer_child(
    make: Make, tmp_path: Path
) -> None:
    python = old_python()
    if python is None:
        pytest.skip("no Python 3.7 to 3.9 among pyenv's versions")
    minor = python.parts[-3].rpartition(".")[0]
    spec = EnvironmentSpec(f"{minor}.999", ("apple",))

    environments = make()
    built = environments.ensure(spec)

    assert minor == says(built, "import sys, apple; print('%d.%d' % sys.version_info[:2])")
    assert "80.0" == says(built, "import setuptools; print(setuptools.VERSION)")
    assert f"Python {minor}.999 is not on this machine" in environments.notes(spec)[-1]
    main = Path(child.__path__[0]) / "__main__.py"
    ran = subprocess.run([built, main], capture_output=True, text=True, check=False)
    assert "not enough values to unpack" in ran.stderr
