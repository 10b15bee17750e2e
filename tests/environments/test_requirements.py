import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.pip_options import without_secrets
from shared.scoring.environments.requirements import Requirements, normalised

_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,5}([._-][A-Za-z0-9]{1,4})?", fullmatch=True)
_VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}", fullmatch=True)
_CLAUSES = st.builds("{}{}".format, st.sampled_from(["==", ">=", "<=", "!=", "<", ">"]), _VERSIONS)
_LINES = st.builds(
    lambda name, extras, clauses: (
        f"{name}{'[' + ','.join(extras) + ']' if extras else ''}" + ",".join(clauses)
    ),
    _NAMES.filter(lambda name: not name.lower().startswith("azureml")),
    st.lists(_NAMES, max_size=2),
    st.lists(_CLAUSES, max_size=3),
)


def read(text: str, folder: Path | None = None) -> Requirements:
    requirements = Requirements(folder)
    requirements.add_text(text)
    return requirements


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("numpy", "numpy"),
        ("NumPy == 1.21.0", "numpy==1.21.0"),
        ("scikit_learn>=1.0 , <2", "scikit-learn<2,>=1.0"),
        ("numpy==1.2 # because", "numpy==1.2"),
        ("requests[socks,Security]==2.0", "requests[security,socks]==2.0"),
        ("x==1 ; python_version < '3.8'", 'x==1 ; python_version < "3.8"'),
        ("x @ https://host/x.whl", "x @ https://host/x.whl"),
        ("git+https://host/x.git@main#egg=x", "git+https://host/x.git@main#egg=x"),
        ("/wheels/x-1.0-py3-none-any.whl", "/wheels/x-1.0-py3-none-any.whl"),
        ("x==1 --hash=sha256:b --hash=sha256:a", "x==1 --hash=sha256:a --hash=sha256:b"),
        ("x==1 \\\n  --hash=sha256:a", "x==1 --hash=sha256:a"),
    ],
)
def test_a_requirement_has_one_spelling(line: str, expected: str) -> None:
    assert {expected} == read(line).packages


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", "   # nothing", "\r\n"])
def test_what_says_nothing_is_no_requirement(text: str) -> None:
    assert set() == read(text).packages


def test_azure_mls_own_packages_and_installers_are_left_out_and_reported() -> None:
    requirements = read(
        "azureml-core\nazureml_dataset_runtime[fuse]==1.2\npip==21\nwheel\nnumpy\nazureml-interpret"
    )

    assert {"numpy"} == requirements.packages
    assert (
        "Left out, because this service does what they do: azureml-core, azureml-dataset-runtime.",
        "Not installed, so a script that imports their modules fails: azureml-interpret.",
        "Left out, because the environment works without them: pip, wheel.",
    ) == requirements.all_notes()


def test_an_option_is_ignored_and_reported_without_its_password() -> None:
    requirements = read("--extra-index-url https://me:secret@host/simple\n-f=https://h/\nnumpy")

    assert {"numpy"} == requirements.packages
    assert "https://host/simple" in requirements.notes[0]
    assert "secret" not in "".join(requirements.notes)


def test_an_editable_package_is_installed_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    requirements = read("-e ./mine\n--editable git+https://host/x.git", tmp_path)

    assert {str(tmp_path / "mine"), "git+https://host/x.git"} == requirements.packages
    assert 2 == len(requirements.notes)


def test_requirements_files_name_others_even_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-r more.txt\nnumpy")
    (tmp_path / "more.txt").write_text("--requirement requirements.txt\npandas")

    assert {"numpy", "pandas"} == read("-r requirements.txt", tmp_path).packages


def test_a_file_that_is_named_in_a_file_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "all.txt").write_text("-r some.txt\n-c bounds.txt")
    (tmp_path / "more" / "some.txt").write_text("numpy")
    (tmp_path / "more" / "bounds.txt").write_text("numpy<2")
    (tmp_path / "last.txt").write_text("pandas")

    requirements = read("-r more/all.txt\n-r last.txt", tmp_path)

    assert {"numpy", "pandas"} == requirements.packages
    assert {"numpy<2"} == requirements.constraints


def test_constraints_are_no_packages(tmp_path: Path) -> None:
    """As MLflow writes them beside the model that was saved with some."""
    (tmp_path / "constraints.txt").write_text(
        "numpy == 1.26.4  # because\npip<24\nazureml-core==1\n-c more.txt\n--pre\n"
    )
    (tmp_path / "more.txt").write_text("-c constraints.txt\nSciPy<1.12 --hash=sha256:a\n")

    requirements = read("mlflow\n-c constraints.txt", tmp_path)

    assert {"mlflow"} == requirements.packages
    assert {"numpy==1.26.4", "scipy<1.12 --hash=sha256:a"} == requirements.constraints
    assert () == requirements.all_notes()


@pytest.mark.parametrize("line", ["numpy=1.21", "./a.whl", "numpy[extra]<2"])
def test_a_constraint_that_is_none_is_refused_by_name(tmp_path: Path, line: str) -> None:
    (tmp_path / "constraints.txt").write_text(line)

    with pytest.raises(EnvironmentFailed, match=re.escape(f"constraint '{line}' is not one")):
        read("-c constraints.txt", tmp_path)


@pytest.mark.parametrize("option", ["-r", "-c"])
@pytest.mark.parametrize("name", ["missing.txt", "../outside.txt", "/etc/hostname"])
def test_a_file_outside_the_model_is_refused(tmp_path: Path, option: str, name: str) -> None:
    (tmp_path / "outside.txt").write_text("numpy")
    (tmp_path / "model").mkdir()

    with pytest.raises(EnvironmentFailed, match=name):
        read(f"{option} {name}", tmp_path / "model")


def test_a_file_that_is_an_address_is_refused_without_its_secrets(tmp_path: Path) -> None:
    """It would be another one tomorrow, and nothing of the model."""
    with pytest.raises(EnvironmentFailed, match="not in the model's folder") as caught:
        read("-c https://me:secret@host/constraints.txt?sig=secret", tmp_path)

    assert "'https://host/constraints.txt?***'" in caught.value.reason


def test_prereleases_are_taken_when_they_are_wanted() -> None:
    requirements = read("--pre\nnumpy")

    assert requirements.takes_prereleases
    assert () == requirements.all_notes()


def test_an_option_that_is_not_about_the_index_is_not_said_to_be() -> None:
    (note,) = read("--no-binary=:all:\nnumpy").all_notes()

    assert "'--no-binary=:all:' is ignored: the service chooses" in note


@pytest.mark.parametrize("line", ["-e .", ".", "-e ./mine", "./mine[extra]", "mine-1.0.tar.gz"])
def test_a_local_project_without_its_folder_is_refused_in_words(line: str) -> None:
    """A conda file is registered alone."""
    with pytest.raises(EnvironmentFailed, match=r"is a local project.*into the code folder"):
        read(line)


def test_a_local_project_beside_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "model").mkdir()

    with pytest.raises(EnvironmentFailed, match="not one inside the model's folder"):
        read("../mine", tmp_path / "model")


@pytest.mark.parametrize("line", ["numpy=1.21", "two words", "x==", "!"])
def test_what_pip_does_not_understand_is_refused_by_name(line: str) -> None:
    with pytest.raises(EnvironmentFailed, match=f"'{line}' is not a requirement"):
        read(line)


def test_a_wheel_inside_the_model_is_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "x-1-py3-none-any.whl").touch()

    packages = read("wheels/x-1-py3-none-any.whl", tmp_path).packages

    assert {str(tmp_path / "wheels" / "x-1-py3-none-any.whl")} == packages


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-i https://u:p@host/x", "-i https://host/x"),
        ("--index-url=https://u:p@host/x", "--index-url=https://host/x"),
        ("-f=https://u:p@host/x", "-f=https://host/x"),
        ("-i https://u:p@ss@host/x", "-i https://host/x"),
        ("--extra-index-url https://host/x?token=abc", "--extra-index-url https://host/x?***"),
        ("--no-index", "--no-index"),
    ],
)
def test_a_secret_is_not_shown(line: str, expected: str) -> None:
    assert expected == without_secrets(line)


@given(_LINES)
def test_normalising_twice_changes_nothing_and_keeps_the_meaning(line: str) -> None:
    once = normalised(Requirement(line))

    assert once == normalised(Requirement(once))
    assert Requirement(line).specifier == Requirement(once).specifier


@given(st.lists(_LINES, max_size=6), st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines: list[str], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis hands out a random.Random

    one, other = read("\n".join(lines)), read("\n".join(shuffled))

    assert (
        EnvironmentSpec("3.10", tuple(one.packages)).key
        == EnvironmentSpec("3.10", tuple(other.packages)).key
    )


def test_notes_are_no_part_of_the_key_and_python_is() -> None:
    spec = EnvironmentSpec("3.10", ("numpy",))

    assert spec.key == spec.noting("anything").key
    assert spec.key != EnvironmentSpec("3.1", ("numpy",)).key
    assert spec.key != EnvironmentSpec("3.10", ("numpy", "pandas")).key
    assert spec.key != EnvironmentSpec("3.10", ("numpy",), constraints=("numpy<2",)).key
    assert spec.key != EnvironmentSpec("3.10", ("numpy",), takes_prereleases=True).key


@pytest.mark.parametrize(
    "lines",
    [
        ["numpy" + "," * 100_000],
        ["numpy" + " " * 60_000 + "x"],
        ["-e " + "://a" * 20_000],
        ["--find-links " + "x" * 2_000],
        ["numpy[" + "a," * 1_000 + "]"],
        ["numpy"] * 10_001,
        ["numpy" + " " * 900 + "x --hash=sha256:" + "a" * 70_000],
    ],
)
def test_what_is_endless_is_refused_at_once(lines: list[str]) -> None:
    """Nobody waits for a parser that takes the square of what it is given."""
    began = time.process_time()

    with pytest.raises(EnvironmentFailed, match=r"characters|more than|not a requirement"):
        Requirements().add(lines)

    assert time.process_time() - began < 1


def test_a_requirement_of_many_hashes_is_not_endless() -> None:
    hashes = " ".join(f"--hash=sha256:{number:064x}" for number in range(500))
    wanted = Requirements()

    wanted.add([f"numpy==1.26.4 {hashes}"])

    assert {f"numpy==1.26.4 {hashes}"} == wanted.packages
