import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from shared.scoring.environments.conda_match import conda_match
from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.python_version import chosen_python
from shared.scoring.environments.sources import of_conda, of_image

_OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
_MNIST = """
name: mnist-env
channels:
  - conda-forge
dependencies:
  - python=3.8.5   # as in the article
  - pip<=21
  - pytorch::cudatoolkit=10.2
  - numpy=1.21.*
  - pytorch
  - scikit-learn>=1.0
  - numpy=1.21.*
  - pip:
    - tensorflow==2.4.1
    - pandas
    - azureml-defaults
    - --extra-index-url https://host/simple
"""


@pytest.mark.parametrize(
    ("text", "name", "specifier"),
    [
        ("numpy", "numpy", ""),
        ("numpy=*", "numpy", ""),
        ("numpy=1.2", "numpy", "==1.2.*"),
        ("numpy = 1.2", "numpy", "==1.2.*"),
        ("numpy=1.2.*", "numpy", "==1.2.*"),
        ("numpy=1.2*", "numpy", "==1.2.*"),
        ("numpy==1.2.3", "numpy", "==1.2.3"),
        ("numpy 1.2", "numpy", "==1.2"),
        ("numpy 1.2.*", "numpy", "==1.2.*"),
        ("numpy=1.2=py38_0", "numpy", "==1.2"),
        ("numpy==1.2=py38_0", "numpy", "==1.2"),
        ("numpy 1.2 py38_0", "numpy", "==1.2"),
        ("numpy=1.2=*", "numpy", "==1.2.*"),
        ("scikit-learn=0.22.2.post1", "scikit-learn", "==0.22.2.post1"),
        ("numpy>=1.2,<2", "numpy", ">=1.2,<2"),
        ("numpy >=1.2 , <2", "numpy", ">=1.2,<2"),
        ("numpy>=1.2.*", "numpy", ">=1.2"),
        ("numpy!=1.2", "numpy", "!=1.2"),
        ("numpy~=1.2.3", "numpy", "~=1.2.3"),
        ("conda-forge::numpy=1.2", "numpy", "==1.2.*"),
        ("defaults/linux-64::numpy=1.2", "numpy", "==1.2.*"),
        ("numpy[version='>=1.2,<2',build=py*]", "numpy", ">=1.2,<2"),
    ],
)
def test_a_conda_dependency_in_pips_terms(text: str, name: str, specifier: str) -> None:
    match = conda_match(text)

    assert (name, SpecifierSet(specifier)) == (match.name, SpecifierSet(match.specifier))
    assert "" == match.note


@pytest.mark.parametrize("text", ["numpy=1|=2", "numpy=1.1.1k", "numpy=>1"])
def test_a_version_that_pip_cannot_say_is_any_version_and_reported(text: str) -> None:
    match = conda_match(text)

    assert ("numpy", "") == (match.name, match.specifier)
    assert "any version" in match.note


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.integers(0, 30))
def test_condas_equals_sign_takes_every_version_that_begins_so(
    release: list[int], next_part: int
) -> None:
    version = ".".join(map(str, release))

    specifier = SpecifierSet(conda_match(f"x={version}").specifier)

    assert specifier.contains(version)
    assert specifier.contains(f"{version}.{next_part}")
    assert not specifier.contains(f"{release[0] + 1}.{version}")


def test_a_conda_file_as_people_have_them() -> None:
    spec = of_conda(_MNIST)

    assert "3.8.5" == spec.python
    expected = ("numpy==1.21.*", "pandas", "scikit-learn>=1.0", "tensorflow==2.4.1", "torch")
    assert expected == spec.packages
    assert "conda's 'pytorch' is pip's 'torch'." in spec.notes
    assert any("azureml-defaults" in note for note in spec.notes)
    assert any("cudatoolkit, pip" in note for note in spec.notes)
    assert any("https://host/simple' is ignored" in note for note in spec.notes)


def test_a_conda_file_may_be_an_object() -> None:
    described: dict[str, Any] = {"dependencies": ["python=3.10", {"pip": ["mlflow"]}]}

    assert EnvironmentSpec("3.10", ("mlflow",)) == of_conda(described)


@pytest.mark.parametrize(
    ("conda", "pip"),
    [
        ("pytorch", "torch"),
        ("py-xgboost", "xgboost"),
        ("msgpack-python", "msgpack"),
        ("opencv", "opencv-python-headless"),
        ("tensorflow-gpu", "tensorflow"),
        ("faiss-cpu", "faiss-cpu"),
        ("pyyaml", "pyyaml"),
        ("lightgbm", "lightgbm"),
        ("pillow", "pillow"),
        ("librosa", "librosa"),
        ("typing_extensions", "typing-extensions"),
    ],
)
def test_condas_names_become_pips(conda: str, pip: str) -> None:
    assert (pip,) == of_conda({"dependencies": [conda]}).packages


@pytest.mark.parametrize(
    "name",
    ["_libgcc_mutex", "libgcc-ng=11", "openssl=1.1.1k", "mkl", "blas=1.0=mkl", "ld_impl_linux-64",
     "cudatoolkit=10.2", "tzdata=2022a", "ca-certificates", "sqlite", "xorg-libx11"],
)  # fmt: skip
def test_what_is_no_python_is_left_out_and_reported(name: str) -> None:
    spec = of_conda({"dependencies": [name]})

    assert () == spec.packages
    assert spec.notes[-1].startswith("Left out")


def test_of_two_versions_pips_counts() -> None:
    """As in conda, which installs pip's packages last."""
    spec = of_conda({"dependencies": ["numpy=1.19", {"pip": ["numpy==1.21.0"]}]})

    assert ("numpy==1.21.0",) == spec.packages
    assert ("'numpy' has the version that is asked for under pip.",) == spec.notes


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("dependencies: {a: b}", "dependencies"),
        ("- a list", "conda file"),
        ("{name: x, deps: [numpy]}", "no 'dependencies', but 'name', 'deps'"),
        ("{}", "no 'dependencies', but nothing"),
        ("dependencies: [", "not YAML"),
        ("", "conda file"),
        ("dependencies: ['=1.2']", "=1.2"),
        ("dependencies: [{pip: numpy}]", "pip"),
        ("dependencies: ['python=3.16']", "3.16"),
        ("dependencies: ['python=2.7']", "2.7"),
        ("dependencies: [{pip: ['-r x.txt']}]", "x.txt"),
        ("dependencies: [{pip: ['-c x.txt']}]", "constraints file 'x.txt'"),
    ],
)
def test_a_conda_file_that_makes_no_sense_is_refused_in_words(text: str, word: str) -> None:
    with pytest.raises(EnvironmentFailed, match=word):
        of_conda(text)


@pytest.mark.parametrize(
    ("wanted", "python"),
    [("", ""), ("*", ""), ("==3.8.5", "3.8.5"), ("==3.8.*", "3.8"), ("3.10.13", "3.10.13"),
     (">=3.7,<3.9", "3.8"), ("==3.*", _OWN), (">=3.7", _OWN), ("~=3.9.1", "3.9"),
     ("<3.14,!=3.13.*", "3.12")],
)  # fmt: skip
def test_python_by_version_or_range(wanted: str, python: str) -> None:
    assert (python, "") == chosen_python(wanted)


def test_a_python_older_than_the_oldest_becomes_the_oldest_and_is_reported() -> None:
    spec = of_conda({"dependencies": ["python=3.6.2"]})

    assert "3.7" == spec.python
    assert "3.6.2 is older" in spec.notes[0]


def test_an_image_is_tolerated_and_reported() -> None:
    spec = of_image("mcr.microsoft.com/azureml/base:latest")

    assert ("", ()) == (spec.python, spec.packages)
    assert "mcr.microsoft.com/azureml/base:latest" in spec.notes[0]
