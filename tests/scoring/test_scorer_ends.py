"""What is known of a scorer before it ends: its duties, its open files, its model."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import cloudpickle  # type: ignore[import-untyped]
import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from shared.scoring.models.stateless import is_stateless
from shared.scoring.scorer.exit_needs import ExitNeeds, exit_needs_of
from shared.scoring.side_files.unfinished_files import needs_its_end, stands_alone

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
    tmp_path: Path, source: str, needs: ExitNeeds
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
    [
        (gzip.compress(b"a", mtime=0), False),
        (b"BZh9", False),
        (bz2.compress(b"a"), False),
        (bz2.compress(b""), False),
        (lzma.compress(b"a"), False),
        (zipped(), True),
        (b"BZh1 is a name\n", True),
    ],
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


class _Counts(LinearRegression):  # type: ignore[misc]  # scikit-learn has no types
    """Of this module, which no library of a model's is."""


def _sklearn_model(folder: Path, pickled: bytes) -> Path:
    described = "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"
    (folder / "MLmodel").write_text(described)
    (folder / "model.pkl").write_bytes(pickled)
    return folder


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("estimator", ["forest", "pipeline"])
def test_a_pickle_of_libraries_alone_is_stateless(
    tmp_path: Path, estimator: str, protocol: int
) -> None:
    rows, values = np.arange(60.0).reshape(20, 3), np.arange(20.0)
    made = {
        "forest": RandomForestRegressor(20),
        "pipeline": make_pipeline(FunctionTransformer(np.log1p), LinearRegression()),
    }
    model = made[estimator].fit(rows, values)

    for dumps in (pickle.dumps, cloudpickle.dumps):
        assert is_stateless(_sklearn_model(tmp_path, dumps(model, protocol)))
        is_stateless.cache_clear()


@pytest.mark.parametrize(
    "made",
    [
        lambda: pickle.dumps(_Counts()),
        lambda: pickle.dumps(_Counts(), 2),
        lambda: cloudpickle.dumps(make_pipeline(FunctionTransformer(lambda rows: rows))),
        lambda: pickle.dumps(LinearRegression())[:-20],
    ],
    ids=["a class of others", "in an old pickle", "a function pickled itself", "cut off"],
)
def test_a_pickle_with_code_of_others_is_not_known_to_be_stateless(
    tmp_path: Path, made: Callable[[], bytes]
) -> None:
    assert not is_stateless(_sklearn_model(tmp_path, made()))
