"""What the page on environments shows and claims."""

import re
from pathlib import Path

import pytest

from shared.scoring.environments.disk_room import DiskRoom
from shared.scoring.environments.sources import of_conda, of_model
from shared.settings import Settings
from tests.support.doc_blocks import DOCS, blocks

PAGE = "environments.md"


def test_the_models_own_environment_is_read(tmp_path: Path) -> None:
    shown = blocks(PAGE)
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "python_env.yaml").write_text(shown["python_env"])
    (tmp_path / "requirements.txt").write_text(shown["requirements"])

    spec = of_model(tmp_path)

    assert spec is not None
    assert "3.10.13" == spec.python
    assert set(shown["requirements"].split()) <= set(spec.packages)


@pytest.mark.parametrize(
    ("written", "package"),
    [
        ("numpy=1.21", "numpy==1.21.*"),
        ("conda-forge::numpy=1.21.*=py38_0", "numpy==1.21.*"),
        ("pytorch", "torch"),
        ("py-xgboost", "xgboost"),
        ("opencv", "opencv-python-headless"),
    ],
)
def test_a_condas_package_is_pips(written: str, package: str) -> None:
    assert (package,) == of_conda({"dependencies": [written]}).packages


@pytest.mark.parametrize("native", ["cudatoolkit", "mkl", "libgcc-ng"])
def test_what_is_no_python_package_is_left_out(native: str) -> None:
    spec = of_conda({"dependencies": [native]})

    assert () == spec.packages
    assert native in spec.notes[0]


def test_what_is_said_of_a_disk_that_is_too_small_is_shown(tmp_path: Path) -> None:
    """But for the sizes, which are the disk's."""
    said = DiskRoom(tmp_path, 100 * 10**6).too_small(716 * 10**6).reason

    size = re.compile(r"[\d.]+ [MG]B")
    head, _, tail = blocks(PAGE)["too small"].strip().partition(". Ask for")
    assert said.endswith(tail)
    assert size.sub("N", said).startswith(size.sub("N", head))


def test_the_settings_have_the_defaults_of_the_page() -> None:
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", text, re.MULTILINE))

    assert {
        "ENVIRONMENTS_MB",
        "ENVIRONMENTS_SPARE_MB",
        "ENVIRONMENT_UNUSED_S",
        "ENVIRONMENT_BUILD_LIMIT_S",
    } == set(shown)
    for name, value in shown.items():
        assert int(value) == Settings.model_fields[name.lower()].default
