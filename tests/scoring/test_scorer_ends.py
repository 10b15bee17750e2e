"""What is known of a scorer before it ends: its duties, its open files, its model."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from shared.scoring.models.stateless import is_stateless
from shared.scoring.scorer.exit_needs import ExitNeeds, exit_needs_of
from shared.scoring.side_files.torn import needs_its_end, stands_alone

_FOLDER = "os.environ['AZUREML_BI_OUTPUT_PATH']"


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("def run(mini_batch): return mini_batch", ExitNeeds()),
        (f"out = {_FOLDER}", ExitNeeds(may_write=True)),
        ("out = EntryScript().output_dir", ExitNeeds(may_write=True)),
        ("def shutdown(): database.close()", ExitNeeds(may_write=True)),
        (f"out = {_FOLDER}\ndef shutdown(): pass", ExitNeeds(may_write=True, must_end=True)),
        (f"atexit.register(open({_FOLDER}).close)", ExitNeeds(may_write=True, must_end=True)),
        (f"class Rows:\n def __del__(self): {_FOLDER}", ExitNeeds(may_write=True, must_end=True)),
    ],
)
def test_a_script_says_whether_its_end_matters(
    tmp_path: Path, source: str, duty: ExitNeeds
) -> None:
    (tmp_path / "score.py").write_text("import helper")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "helper.py").write_text(source)

    assert needs == exit_needs_of(tmp_path)


def test_a_model_without_a_script_has_no_duty_at_its_end() -> None:
    assert ExitNeeds() == exit_needs_of(None)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a"), "b")  # of 1980: each worker gets the same bytes
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "needed"),
    [
        (b"", False),
        (b"name\na\nb\n", False),
        ("é".encode() * 3000, False),
        (b"x" * 4095 + "é".encode(), False),
        (gzip.compress(b"", mtime=0)[:10], True),
        (zipped()[:40], True),
        (b"PAR1", True),
        (b"BZh9", True),
        (b'[{"a": 1}', True),
        (b"\x93NUMPY", True),
    ],
)
def test_a_log_can_be_read_without_its_end_and_an_archive_cannot(
    tmp_path: Path, content: bytes, *, needed: bool
) -> None:
    (tmp_path / "file").write_bytes(content)

    assert needed == needs_its_end(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "alone"),
    [(gzip.compress(b"a", mtime=0), False), (b"BZh9", False), (zipped(), True)],
)
def test_compressed_streams_can_be_joined_and_archives_cannot(
    tmp_path: Path, content: bytes, *, alone: bool
) -> None:
    (tmp_path / "file").write_bytes(content)

    assert alone == stands_alone(tmp_path / "file")


@pytest.mark.parametrize(
    ("described", "stateless"),
    [
        ("loader_module: mlflow.sklearn", True),
        ("loader_module: mlflow.xgboost", True),
        ("loader_module: mlflow.sklearn\n    code: code", False),
        ("loader_module: mlflow.pyfunc.model\n    python_model: m.pkl", False),
        ("loader_module: mlflow.pytorch", False),
        ("loader_module: my_loader\n    code: code", False),
        ("loader_module: mlflow.keras", False),
    ],
)
def test_only_what_mlflow_itself_scores_by_rows_is_stateless(
    tmp_path: Path, described: str, *, stateless: bool
) -> None:
    (tmp_path / "MLmodel").write_text(f"flavors:\n  python_function:\n    {described}\n")

    assert stateless == is_stateless(tmp_path)


@pytest.mark.parametrize("text", ["", "flavors: [", "flavors:\n- a", "- b"])
def test_what_cannot_be_read_is_not_known_to_be_stateless(tmp_path: Path, text: str) -> None:
    (tmp_path / "MLmodel").write_text(text)

    assert not is_stateless(tmp_path)
    assert not is_stateless(tmp_path / "nothing")
