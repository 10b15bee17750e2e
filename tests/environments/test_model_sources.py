"""What an MLflow model brings along, in each of the ways that MLflow has written it."""

from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.sources import for_mlflow, of_model


def a_model(folder: Path, env: str = "", **files: str) -> Path:
    flavor = f"flavors:\n  python_function:\n    loader_module: x\n{env}"
    (folder / "MLmodel").write_text(flavor)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def asked(model: Path) -> tuple[str, set[str]]:
    """The Python and the packages that the model itself asks for."""
    spec = of_model(model)
    return spec.python, set(spec.packages) - {"pillow", "pyarrow"}


def test_a_model_names_its_environment_in_three_ways_and_the_newest_counts(tmp_path: Path) -> None:
    conda = "dependencies: ['python=3.8.5', {pip: ['mlflow==1.2']}]"
    python_env = "python: 3.10\nbuild_dependencies: [pip==1]\ndependencies: ['-r requirements.txt']"
    requirements = "mlflow==2.9.2\nscikit-learn==1.3.2"

    a_model(tmp_path, requirements__txt=requirements)
    assert ("", {"mlflow==2.9.2", "scikit-learn==1.3.2"}) == asked(tmp_path)
    a_model(tmp_path, conda__yaml=conda)
    assert ("3.8.5", {"mlflow==1.2"}) == asked(tmp_path)
    a_model(tmp_path, python_env__yaml=python_env)
    assert ("3.10", {"mlflow==2.9.2", "scikit-learn==1.3.2"}) == asked(tmp_path)


def test_a_model_saved_with_constraints_keeps_them(tmp_path: Path) -> None:
    """MLflow writes them beside its requirements, and for_mlflow adds to what they bound."""
    requirements = "mlflow==2.9.2\n-c constraints.txt"
    a_model(tmp_path, requirements__txt=requirements, constraints__txt="numpy==1.26.4")

    spec = of_model(tmp_path)

    assert ("mlflow==2.9.2", "pillow", "pyarrow") == spec.packages
    assert ("numpy==1.26.4",) == spec.constraints


@pytest.mark.parametrize("env", ["    env: mine.yaml\n", "    env: {conda: mine.yaml}\n"])
def test_a_model_may_call_its_conda_file_as_it_likes(tmp_path: Path, env: str) -> None:
    model = a_model(tmp_path, env, mine__yaml="dependencies: ['python=3.9', mlflow]")

    assert ("3.9", {"mlflow"}) == asked(model)


def test_a_model_of_requirements_alone_has_the_python_it_was_saved_with(tmp_path: Path) -> None:
    model = a_model(tmp_path, "    python_version: 3.9.7\n", requirements__txt="mlflow")

    assert ("3.9.7", {"mlflow"}) == asked(model)


@pytest.mark.parametrize(
    ("packages", "added"),
    [
        (("mlflow==1.2",), {"pillow", "pyarrow"}),
        (("mlflow==1.2", "pillow==8", "pyarrow<9"), set()),
        (("mlflow-skinny", "pandas==1", "pillow-simd", "pyarrow"), set()),
        (("mlflow-skinny",), {"pandas", "pillow", "pyarrow"}),
        (("numpy",), {"mlflow-skinny", "pandas", "pillow", "pyarrow"}),
    ],
)
def test_a_models_environment_can_load_it_and_read_tables_and_images(
    packages: tuple[str, ...], added: set[str]
) -> None:
    """A model asks for what it computes with; MLflow 1 knew nothing of parquet and images."""
    spec = for_mlflow(EnvironmentSpec("3.10", packages))

    assert tuple(sorted({*packages, *added})) == spec.packages
    told = {word.strip(",.") for note in spec.notes for word in note.split(": ")[1].split()}
    assert added == told


def test_a_model_that_brings_nothing_says_so(tmp_path: Path) -> None:
    spec = of_model(a_model(tmp_path))

    assert ("", ()) == (spec.python, spec.packages)
    (note,) = spec.notes
    assert "brings no environment file" in note


@pytest.mark.parametrize("there", ["conda.yaml", "conda.yml"])
def test_a_file_that_is_named_and_missing_is_reported_and_the_usual_one_counts(
    tmp_path: Path, there: str
) -> None:
    """One of Azure's own samples names conda.yml and ships conda.yaml."""
    named = {"conda.yaml": "conda.yml", "conda.yml": "conda.yaml"}[there]
    model = a_model(tmp_path, f"    env: {named}\n")
    (model / there).write_text("dependencies: ['python=3.9', mlflow, numpy=1.21]")

    spec = of_model(model)

    assert ("3.9", {"mlflow", "numpy==1.21.*"}) == asked(model)
    assert f"names the environment file '{named}', which is not in" in spec.notes[-1]


def test_a_file_that_is_named_and_missing_is_reported_when_there_is_no_other(
    tmp_path: Path,
) -> None:
    missing, nothing = of_model(a_model(tmp_path, "    env: ../../conda.yml\n")).notes

    assert "'../../conda.yml', which is not in" in missing
    assert "brings no environment file" in nothing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested more than 50 deep"),
        ("a: &a [x]\nb: *a", "alias or anchor 'a'"),
        ("x" * ((1 << 20) + 1), "more than 1048576 bytes"),
    ],
)
def test_an_mlmodel_that_nobody_can_read_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "MLmodel").write_text(text)

    with pytest.raises(EnvironmentFailed, match=why):
        of_model(tmp_path)
