import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import (
    InitFailed,
    LocalFile,
    ScoringFailed,
)
from tests.scoring.text_scorer import GOOD, HEADER, TextScorer, mlflow_spec, told


def test_the_output_is_what_the_model_itself_says(
    warm_pool: ScorerPool, models: Path, tmp_path: Path
) -> None:
    """float32 and int32 columns, which pandas alone would read too wide for MLflow."""
    expected = json.loads((models / "expected.json").read_text())
    trips = LocalFile(models / "trips.csv", "trips.csv")
    output = tmp_path / "output"

    with warm_pool.lease(mlflow_spec(models, "fares"), capacity=1) as scorer:
        scored = scorer.score([trips, trips], output, timeout_s=60)

    lines = [f"{row},{fare!r},trips.csv\n" for row, fare in enumerate(expected)]
    assert "".join(lines * 2) == output.read_text()
    assert (400, 2, ()) == (scored.rows, scored.succeeded, scored.failures)
    assert output.stat().st_size == scored.bytes


def test_mlflow_gets_every_column_in_the_type_of_its_signature(echo: TextScorer) -> None:
    scored = echo.score(a_csv=HEADER.replace(",ask", "") + GOOD.replace(",\n", "\n"))

    assert () == scored.failures
    assert "f:float32;d:float64;i:int32;l:int64;s:str;b:bool;t:datetime64[ns]" == echo.rows[0][1]
    assert "in/a.csv" == echo.rows[0][3]
    assert "9007199254740993, '007', True" in echo.rows[0][2]


def test_bad_files_fail_alone_and_the_others_keep_their_rows_in_order(echo: TextScorer) -> None:
    pid = echo.scorer.pid
    wrong_cast = GOOD.replace(",1,", ",value,")
    scored = echo.score(
        first_csv=HEADER + GOOD * 2,
        cast_csv=HEADER + GOOD + wrong_cast,
        columns_csv="f,d\n1,2\n",
        empty_csv="",
        header_csv=HEADER,
        latin_csv=HEADER.encode() + b"\xe9" + GOOD.encode(),
        old_avro="Obj",
        bare="x",
        raises_csv=HEADER + GOOD.replace(",\n", ",raise\n"),
        fewer_csv=HEADER + GOOD.replace(",\n", ",fewer\n") * 3,
        surrogate_csv=HEADER + GOOD.replace(",\n", ",surrogate\n"),
        last_CSV=HEADER + GOOD,
    )

    assert [["0", "in/first.csv"], ["1", "in/first.csv"], ["0", "in/last.CSV"]] == [
        [row[0], row[3]] for row in echo.rows
    ]
    assert (3, 3) == (scored.rows, scored.succeeded)
    assert [
        ("in/cast.csv", "validate", "Unfit"),
        ("in/columns.csv", "validate", "Unfit"),
        ("in/empty.csv", "read", "Unreadable"),
        ("in/latin.csv", "read", "Unreadable"),
        ("in/old.avro", "read", "UnsupportedFileType"),
        ("in/bare", "read", "UnsupportedFileType"),
        ("in/raises.csv", "score", "RuntimeError"),
        ("in/fewer.csv", "score", "BadPrediction"),
        ("in/surrogate.csv", "write", "UnicodeEncodeError"),
    ] == [told(failure) for failure in scored.failures]
    messages = [failure.message for failure in scored.failures]
    prefix = "Error processing input file: 'in/{}'. "
    assert (
        prefix.format("cast.csv") + "Exception: invalid literal for int() with base 10: 'value' "
        "(column 'i', row 1)"
    ) == messages[0]
    assert "requires: 'i', 'l', 's', 'b', 't'" in messages[1]
    assert prefix.format("old.avro") + "File type 'avro' is not supported" == messages[4]
    assert prefix.format("raises.csv") + "Exception: cannot score this" == messages[6]
    assert "predict() returned 2 predictions for 3 rows" in messages[7]
    assert b"RuntimeError: cannot score this" in echo.scorer.drain_logs().both
    assert pid == echo.scorer.pid


def test_a_file_that_is_gone_fails_the_whole_try(echo: TextScorer, tmp_path: Path) -> None:
    """The store or the disk lost it: another try may find it again."""
    gone = [LocalFile(tmp_path / "gone.csv", "gone.csv")]

    with pytest.raises(ScoringFailed, match="FileNotFoundError") as caught:
        echo.scorer.score(gone, echo.output, timeout_s=60)

    assert "exception" == caught.value.kind
    assert not echo.output.exists()


def test_no_files_give_no_rows(echo: TextScorer) -> None:
    assert (0, 0, 0) == (echo.score().rows, echo.score().succeeded, echo.score().bytes)


def test_a_model_without_a_signature_gets_what_pandas_reads(
    warm_pool: ScorerPool, models: Path, tmp_path: Path
) -> None:
    with warm_pool.lease(mlflow_spec(models, "untyped"), capacity=1) as scorer:
        texts = TextScorer(scorer, tmp_path)
        texts.score(a_csv="x,y,z\n1,2.5,007\n")
        assert ["0", "x:int64;y:float64;z:int64", "[1.0, 2.5, 7.0]", "in/a.csv"] == texts.rows[0]

        with pytest.raises(ScoringFailed, match="exited with code 5"):
            texts.score(b_csv="ask\nok\n", c_csv="ask\nexit\n")
        assert not texts.output.exists()


def test_a_folder_that_holds_no_model_is_a_failed_init(
    warm_pool: ScorerPool, tmp_path: Path
) -> None:
    with (
        pytest.raises(InitFailed, match="No such artifact") as caught,
        warm_pool.lease(mlflow_spec(tmp_path, "nothing"), capacity=1),
    ):
        pass

    assert "Traceback" in caught.value.details


def test_the_workers_side_imports_neither_mlflow_nor_pandas() -> None:
    program = (
        "import sys, shared.scoring.scorer.pool\n"
        "print(sorted({'mlflow', 'pandas', 'numpy', 'shared.scoring.child.mlflow.mlflow_driver'}"
        " & set(sys.modules)))"
    )
    root = str(Path(__file__).parents[2])

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )

    assert "[]\n" == ran.stdout


def test_what_a_reader_stumbles_over_is_one_failed_file(echo: TextScorer) -> None:
    """Whatever it raises: the other files of the mini-batch are scored, and nothing is retried."""
    scored = echo.score(a_csv=HEADER + GOOD, odd_csv='""\n' + HEADER + GOOD, z_csv=HEADER + GOOD)

    assert [("in/odd.csv", "read")] == [told(one)[:2] for one in scored.failures]
    assert 2 == scored.rows
    assert scored.failures[0].message.startswith("Error processing input file: 'in/odd.csv'.")
