from importlib.metadata import Distribution
from pathlib import Path

import pytest

from shared.scoring.environments.app_packages import AppPackages
from shared.scoring.environments.environment_spec import EnvironmentSpec


class Installed:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, version: str, *lines: str) -> None:
        info = self._folder / f"{name}.dist-info"
        info.mkdir()
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(head + "".join(f"{line}\n" for line in lines))

    def find(self, name: str) -> Distribution | None:
        info = self._folder / f"{name}.dist-info"
        return Distribution.at(info) if info.exists() else None


@pytest.fixture
def own(tmp_path: Path) -> AppPackages:
    installed = Installed(tmp_path)
    installed.add("numpy", "2.5.5")
    installed.add("mlflow-skinny", "3.17.2")
    installed.add("bare", "1.0", "Provides-Extra: more", "Requires-Dist: absent; extra == 'more'")
    installed.add("rich", "1.0", "Provides-Extra: more", "Requires-Dist: numpy>2; extra == 'more'")
    installed.add("early", "2.0rc1")
    return AppPackages((3, 13), installed.find)


@pytest.mark.parametrize(
    ("python", "packages"),
    [
        ("", ()),
        ("3.13", ()),
        ("3.13.99", ()),
        ("", ("numpy",)),
        ("", ("numpy==2.5.*", "mlflow-skinny==3.17.2")),
        ("", ("mlflow==3.17.2",)),
        ("", ("absent ; python_version < '3'",)),
        ("", ("rich[more]",)),
        ("", ("early>=2.0rc1",)),
    ],
)
def test_what_the_app_holds_needs_no_building(
    own: AppPackages, python: str, packages: tuple[str, ...]
) -> None:
    assert own.satisfy(EnvironmentSpec(python, packages))


@pytest.mark.parametrize(
    ("python", "packages"),
    [
        ("3.12", ()),
        ("3.1", ()),
        ("", ("absent",)),
        ("", ("numpy<2",)),
        ("", ("numpy", "numpy==1.26.4")),
        ("", ("mlflow==3.17.1",)),
        ("", ("bare[more]",)),
        ("", ("numpy @ https://host/numpy.whl",)),
        ("", ("./numpy.whl",)),
        ("", ("git+https://host/numpy.git",)),
        ("", ("early>=2.0",)),
        ("", ("numpy==2.5.5 --hash=sha256:a",)),
    ],
)
def test_what_the_app_does_not_quite_hold_is_built(
    own: AppPackages, python: str, packages: tuple[str, ...]
) -> None:
    assert not own.satisfy(EnvironmentSpec(python, packages))


@pytest.mark.parametrize(
    ("constraint", "is_kept"),
    [
        ("numpy>2", True),
        ("numpy<2 ; python_version < '3'", True),
        ("absent<2", True),
        ("numpy<2", False),
        ("mlflow<3", False),
        ("numpy==2.5.5 --hash=sha256:a", False),
    ],
)
def test_what_the_app_holds_must_keep_to_the_constraints(
    own: AppPackages, *, constraint: str, is_kept: bool
) -> None:
    spec = EnvironmentSpec("", ("mlflow-skinny",), constraints=(constraint,))

    assert is_kept == own.satisfy(spec)


def test_the_interpreter_of_the_tests_holds_what_it_imports() -> None:
    own = AppPackages()

    assert own.satisfy(EnvironmentSpec("", ("pytest", "packaging>20")))
    assert not own.satisfy(EnvironmentSpec("", ("there-is-no-such-package-at-all",)))
