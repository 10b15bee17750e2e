"""What a model was saved with, beside what runs."""

from pathlib import Path

import pytest

from shared.scoring.environments.recorded_versions import differences, of_environment, of_service
from tests.support.wheels import wheel

INSTALLED = {"scikit-learn": "1.3.2", "xgboost": "2.0", "cloudpickle": "3.1.0.post1"}


def told(flavor: dict[str, object], python: str = "3.10.4") -> tuple[str, ...]:
    described = {"flavors": {"python_function": {"python_version": "3.10.13"}, "x": flavor}}
    return differences(described, INSTALLED.get, python)


@pytest.mark.parametrize(
    "flavor",
    [
        {},
        {"sklearn_version": "1.3.2"},
        {"xgb_version": "2.0.0", "cloudpickle_version": "3.1"},
        {"sklearn_version": None, "xgb_version": ["2"], "code": "x"},
    ],
)
def test_what_is_the_same_is_not_reported(flavor: dict[str, object]) -> None:
    assert () == told(flavor)


def test_each_other_version_is_reported_in_one_sentence() -> None:
    flavor = {"sklearn_version": "0.24.1", "lgb_version": "3.3.2", "pickled_model": "model.pkl"}

    assert (
        "The model was saved with Python 3.10.13, and runs with 3.13.",
        "The model was saved with lightgbm 3.3.2, which is not installed.",
        "The model was saved with scikit-learn 0.24.1, and runs with 1.3.2.",
    ) == told(flavor, "3.13")  # type: ignore[arg-type]  # texts are objects


@pytest.mark.parametrize("described", [{}, {"flavors": 1}, {"flavors": {"a": None, "b": []}}])
def test_a_model_that_records_nothing_differs_in_nothing(described: dict[str, object]) -> None:
    assert () == differences(described, INSTALLED.get)


def test_versions_are_those_of_the_service_or_of_an_environment(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.9" / "site-packages"
    wheel(packages, "Apple_Pie", "1.0")
    (archive,) = packages.iterdir()
    import zipfile  # noqa: PLC0415  # for this test alone

    zipfile.ZipFile(archive).extractall(packages)

    versions = of_environment(tmp_path / "bin" / "python")

    assert ("1.0", None) == (versions("apple-pie"), versions("pear"))
    assert of_service("pytest")
    assert of_service("no-such-package") is None
