"""`score`: what is refused before anything is begun, and how a model and files are read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.errors import UsageError
from cli.scoring.data_source import find_data
from cli.scoring.model_source import Choices, read_model, short_name
from tests.cli.entry import alone
from tests.support.refusals import is_refused
from tests.support.stub_service import ROOT, StubService, stub_service

MODEL = str(ROOT / "examples/sdk/taxi/model")
TRIPS = str(ROOT / "examples/sdk/taxi/trips")


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield running


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((MODEL,), "Write: bep score MODEL DATA"),
        (("nope", TRIPS), "There is no model 'nope'"),
        ((str(ROOT / "examples/sdk/taxi"), TRIPS), f"Did you mean '{MODEL}'?"),
        ((f"{MODEL}/MLmodel", TRIPS), "nothing says how it scores"),
        ((TRIPS, TRIPS), "neither an MLmodel file nor a score.py"),
        ((MODEL, "nope"), "No file or folder is 'nope'"),
        ((MODEL, "*.nope"), "No file fits '*.nope'"),
        ((MODEL, "azureml:a:1", TRIPS), "there is more beside it"),
        ((MODEL, TRIPS, f"{TRIPS}/trips-0.csv"), "is a folder among files"),
        ((MODEL, TRIPS, "--scoring-script", "nope.py"), "There is no scoring script"),
        ((MODEL, TRIPS, "--code", TRIPS), "There is no scoring script"),
        ((MODEL, TRIPS, "--conda-file", "nope.yml"), "There is no conda file"),
        ((MODEL, TRIPS, "--conda-file", "a", "--environment", "b"), "two environments"),
        ((MODEL, TRIPS, "-o", "full"), "is not empty, and nothing is overwritten"),
        ((MODEL, TRIPS, "-o", "full/file"), "is a file"),
        ((MODEL, TRIPS, "-o", "full/file/out"), "nothing can be written to"),
        ((MODEL, TRIPS, "-o", "tsv"), "Write --output tsv"),
        ((MODEL, TRIPS, "--mini-batch-size", "many"), "invalid int value"),
    ],
)
def test_what_cannot_end_well_is_not_begun(
    service: StubService, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")

    done = alone(service, tmp_path, "score", *words, BEP_URL=service.url, BEP_TOKEN="t")

    assert said in done.stderr
    assert (2, "") == (done.code, done.stdout)
    assert "Traceback" not in done.stderr
    assert [] == service.seen
    assert "mine" == (tmp_path / "full/file").read_text()


def test_a_service_that_is_named_and_down_is_reported_and_none_is_started(
    service: StubService, tmp_path: Path
) -> None:
    service.close()

    done = alone(service, tmp_path, "score", MODEL, TRIPS, BEP_URL=service.url, BEP_TOKEN="t")

    assert is_refused(done)
    assert "cannot be reached" in done.stderr


def test_flags_may_stand_between_the_model_and_the_data(
    service: StubService, tmp_path: Path
) -> None:
    service.close()
    words = (MODEL, "--mini-batch-size", "2", f"{TRIPS}/trips-0.csv", f"{TRIPS}/trips-1.csv")

    done = alone(service, tmp_path, "score", *words, BEP_URL=service.url, BEP_TOKEN="t")

    assert "cannot be reached" in done.stderr


def test_a_folder_called_model_has_the_name_of_the_one_around_it() -> None:
    assert "taxi" == read_model(MODEL, Choices()).name


def test_a_folder_with_a_script_scores_by_it(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("")
    (tmp_path / "conda.yml").write_text("")

    found = read_model(str(tmp_path), Choices())

    assert ("score.py", tmp_path, tmp_path / "conda.yml") == (
        found.script,
        found.code,
        found.conda_file,
    )


def test_a_script_may_be_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/main.py").write_text("")
    (tmp_path / "model.pkl").write_text("")

    found = read_model(str(tmp_path / "model.pkl"), Choices(script=str(tmp_path / "code/main.py")))

    assert ("main.py", tmp_path / "code", False) == (found.script, found.code, found.is_mlflow)


@pytest.mark.parametrize("reference", ["azureml:taxi:1", "azureml:taxi@latest"])
def test_a_registered_model_is_taken_by_its_reference(reference: str) -> None:
    found = read_model(reference, Choices())

    assert ("taxi", reference) == (found.name, found.reference)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("My Model_v2", "my-model-v2"), ("2024", "m-2024"), ("x" * 40, "x" * 20), ("-", "m")],
)
def test_names_become_what_an_endpoint_may_be_called(name: str, expected: str) -> None:
    assert expected == short_name(name)


def test_patterns_and_files_are_one_input(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text(name)

    assert ["a.csv", "b.csv", "c.txt"] == [
        Path(path).name for path in find_data([str(tmp_path / "*.csv"), str(tmp_path / "c.txt")])
    ]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text(folder)

    with pytest.raises(UsageError, match="have the same name"):
        find_data([str(tmp_path / "*/a.csv")])
