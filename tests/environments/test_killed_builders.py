"""A uv that is killed, by the kernel or by hand, says nothing about the packages."""

from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import BuilderKilled, EnvironmentSpec
from shared.scoring.environments.environments import KILLED_TRIES
from shared.scoring.environments.uv import find_uv
from tests.environments.test_builds import says
from tests.support.environments import Make

APPLE = EnvironmentSpec("", ("apple==1.0",))


def mortal_uv(folder: Path, *, deaths: int, command: str) -> str:
    """A uv that SIGKILL ends the first times it is to do the command."""
    program = folder / "uv"
    program.write_text(
        f"#!/bin/sh\ncase \"$*\" in *'{command}'*)\n"
        "  echo died >> $UV_CACHE_DIR/deaths\n"
        f"  if [ $(wc -l < $UV_CACHE_DIR/deaths) -le {deaths} ]; then kill -9 $$; fi ;;\n"
        f'esac\nexec {find_uv(None)} "$@"\n'
    )
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("command", ["venv", "pip install"])
def test_a_killed_uv_is_replaced(make: Make, tmp_path: Path, command: str) -> None:
    environments = make(uv=mortal_uv(tmp_path, deaths=KILLED_TRIES - 1, command=command))

    python = environments.ensure(APPLE)

    assert "1.0" == says(python, "import apple; print(apple.VERSION)")


def test_a_uv_that_is_killed_while_it_resolves_is_replaced(make: Make, tmp_path: Path) -> None:
    environments = make(uv=mortal_uv(tmp_path, deaths=KILLED_TRIES - 1, command="pip compile"))

    assert ("apple==1.0",) == environments.pin(APPLE).packages


def test_a_uv_that_is_always_killed_is_reported_and_not_remembered(
    make: Make, tmp_path: Path
) -> None:
    """Once there is memory again, the next one who asks gets the environment."""
    environments = make(uv=mortal_uv(tmp_path, deaths=KILLED_TRIES, command="pip install"))

    with pytest.raises(BuilderKilled) as caught:
        environments.ensure(APPLE)

    assert caught.value.reason.startswith("uv was killed by SIGKILL, likely out of memory.")
    assert f"tried {KILLED_TRIES} times" in caught.value.reason
    assert environments.ensure(APPLE).exists()


def test_a_packages_own_build_that_is_killed_is_not_the_packages_fault(
    make: Make, tmp_path: Path
) -> None:
    """A compiler takes the most memory of all."""
    project = tmp_path / "heavy"
    project.mkdir()
    (project / "backend.py").write_text(
        "import os\n\ndef build_wheel(*given, **more):\n"
        "    open(os.environ['UV_CACHE_DIR'] + '/tries', 'a').write('x')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    (project / "pyproject.toml").write_text(
        '[project]\nname = "heavy"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )

    with pytest.raises(BuilderKilled, match="what uv ran was killed by SIGKILL"):
        make().ensure(EnvironmentSpec("", (str(project),)))

    assert KILLED_TRIES == len((tmp_path / "cache" / "tries").read_text())
