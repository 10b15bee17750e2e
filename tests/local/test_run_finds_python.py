from pathlib import Path

import pytest

from tests.local.clone import UV, Clone


@pytest.fixture
def bare(tmp_path: Path) -> Clone:
    """A machine with uv, npm and Node 22, and without any Python."""
    return Clone(tmp_path)


def test_a_shim_that_does_not_run_is_passed_over_for_pyenvs_newest(bare: Clone) -> None:
    versions = bare.home / ".pyenv" / "versions"
    bare.broken_python(bare.bin / "python3.13")
    for version in ("3.12.9", "3.13.2", "3.13.10", "3.14.0"):
        bare.real_python(versions / version / "bin" / "python3")

    bare.run("bench")

    assert str(versions / "3.13.10" / "bin" / "python3") == bare.chosen_python()


def test_pyenv_is_found_by_its_shims_when_home_is_elsewhere(bare: Clone) -> None:
    root = bare.bin.parent / "opt" / "pyenv"
    bare.broken_python(root / "shims" / "python3.13")
    wanted = bare.real_python(root / "versions" / "3.13.1" / "bin" / "python3")

    bare.run("bench", PATH=f"{root}/shims:{bare.bin}")

    assert str(wanted) == bare.chosen_python()


def test_pyenv_root_is_honoured(bare: Clone) -> None:
    wanted = bare.real_python(bare.bin.parent / "py env" / "versions/3.14.2/bin/python3")

    bare.run("bench", PYENV_ROOT=str(bare.bin.parent / "py env"))

    assert str(wanted) == bare.chosen_python()


def test_a_python_of_another_version_does_not_pass_for_3_13(bare: Clone) -> None:
    bare.program("python3.13", "exit 1")  # says no when it is asked for its version
    wanted = bare.real_python(bare.bin / "python3.14")

    bare.run("bench")

    assert str(wanted) == bare.chosen_python()


def test_uv_may_know_a_python_that_nothing_else_knows(bare: Clone) -> None:
    wanted = bare.real_python(bare.bin.parent / "of uv" / "python3.13")
    (bare.bin / "found").write_text(f"{wanted}\n")

    bare.run("bench")

    assert str(wanted) == bare.chosen_python()
    assert [] == bare.called("uv python install")


def test_without_any_python_one_is_installed(bare: Clone) -> None:
    wanted = bare.real_python(bare.bin.parent / "of uv" / "python3.13")
    bare.program(
        "uv",
        f'[ "$1 $2" != "python install" ] || echo "{wanted}" >"$STAND_INS/found"\n{UV}',
    )

    bare.run("bench")

    assert 1 == len(bare.called("uv python install 3.13"))
    assert str(wanted) == bare.chosen_python()


def test_a_python_that_cannot_be_installed_is_asked_for(bare: Clone) -> None:
    code, said = bare.run("bench", UV_PYTHON_INSTALL_CODE="1")

    assert 1 == code
    assert "There is no Python 3.13 or 3.14 that runs" in said
    assert "pyenv install 3.13" in said
