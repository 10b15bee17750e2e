import os
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.environments.interpreters import Interpreters


class Machine:
    """A machine whose interpreters only say their version."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.pyenv = folder / "home" / ".pyenv"
        self.own = self.program(folder / "app" / "python", "3.13.2")
        self.variables = {"PATH": str(self.bin), "HOME": str(folder / "home")}

    @property
    def interpreters(self) -> Interpreters:
        return Interpreters(str(self.own), None, self.variables)

    def program(self, path: Path, version: str, code: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {version} False\nexit {code}\n")
        path.chmod(0o755)
        return path

    def of_pyenv(self, version: str) -> Path:
        return self.program(self.pyenv / "versions" / version / "bin" / "python3", version)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_wanted_is_the_apps_own(machine: Machine) -> None:
    machine.program(machine.bin / "python3.14", "3.14.0")

    assert machine.own == machine.interpreters.choose("").path


def test_the_exact_version_is_taken_if_it_is_there(machine: Machine) -> None:
    machine.of_pyenv("3.8.18")
    wanted = machine.of_pyenv("3.8.5")

    assert wanted == machine.interpreters.choose("3.8.5").path


def test_else_the_newest_of_the_same_minor_version(machine: Machine) -> None:
    machine.program(machine.bin / "python3.8", "3.8.2")
    machine.of_pyenv("3.8.9")
    wanted = machine.of_pyenv("3.8.18")

    assert wanted == machine.interpreters.choose("3.8.7").path
    assert "3.8.18" == machine.interpreters.choose("3.8").version


def test_3_1_is_not_3_10(machine: Machine) -> None:
    machine.of_pyenv("3.10.4")
    machine.program(machine.bin / "python3.10", "3.10.5")

    with pytest.raises(EnvironmentFailed, match=r"3\.1 is not on this machine"):
        machine.interpreters.choose("3.1")


@pytest.mark.parametrize(("text", "code"), [("3.8.5", 127), ("Python", 0), ("3.9.1", 0)])
def test_a_program_that_is_not_what_it_is_called_is_passed_over(
    machine: Machine, text: str, code: int
) -> None:
    """A shim exits with 127, and a link may point elsewhere."""
    machine.program(machine.bin / "python3.8", text, code)
    wanted = machine.of_pyenv("3.8.18")

    assert wanted == machine.interpreters.choose("3.8").path


def test_an_interpreter_without_the_gil_is_passed_over(machine: Machine) -> None:
    free = machine.of_pyenv("3.14.0")
    free.write_text("#!/bin/sh\necho 3.14.0 True\n")

    with pytest.raises(EnvironmentFailed):
        machine.interpreters.choose("3.14")


def test_pyenv_is_found_by_its_shims(machine: Machine, tmp_path: Path) -> None:
    wanted = machine.program(tmp_path / "opt/versions/3.8.1/bin/python3", "3.8.1")
    (tmp_path / "opt" / "shims").mkdir()
    machine.variables["PATH"] += f"{os.pathsep}{tmp_path / 'opt' / 'shims'}"

    assert wanted == machine.interpreters.choose("3.8").path


def test_a_version_that_is_nowhere_is_reported_with_those_that_are(machine: Machine) -> None:
    machine.program(machine.bin / "python3.11", "3.11.7")
    machine.program(machine.bin / "python3.6", "3.6.15")
    machine.of_pyenv("3.8.18")

    with pytest.raises(EnvironmentFailed, match=r"\(3\.8\.18, 3\.11\.7, 3\.13\.2\)") as caught:
        machine.interpreters.choose("3.9.1")

    assert caught.value.reason.startswith("Python 3.9.1 is not on this machine")
