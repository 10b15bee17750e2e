"""Flags with a closed set of values: another one ends with exit code 2, and nothing is sent."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.scoring.wishes import Wishes
from tests.cli.in_process import bep_here
from tests.support.stub_service import ROOT, StubService, stub_service

INVOKE = ("batch-endpoint", "invoke", "-n", "wines", "--input", "azureml:wines:1")
SCORE = ("score", str(ROOT / "examples/sdk/taxi/model"), str(ROOT / "examples/sdk/taxi/trips"))
LINEAGE = ("file", "row", "mini_batch", "deployment", "model_version", "job", "none")
FORM = [
    ("--output-format", ("csv", "csv_header", "jsonl", "parquet")),
    ("--output-lineage", LINEAGE),
    ("--output-compress", ("none", "gzip")),
    ("--output-layout", ("single", "per_input", "hive")),
]
WEBHOOK = ("webhook", "create", "-n", "a", "-e", "wines", "--webhook-url", "https://a.example/b")
EVENTS = ("job.started", "job.completed", "job.failed", "job.canceled", "job.ended")
CASES = [
    *(((*INVOKE, flag), known) for flag, known in FORM),
    *(((*SCORE, flag), known) for flag, known in FORM),
    ((*INVOKE, "--output-if-exists"), ("fail", "version")),
    ((*INVOKE, "--output-partial"), ("keep", "none")),
    ((*INVOKE, "--split"), ("size", "rows")),
    ((*SCORE, "--split"), ("size", "rows")),
    ((*INVOKE, "--input-type"), ("uri_folder", "uri_file")),
    ((*INVOKE, "--type"), ("batch",)),
    ((*WEBHOOK, "--events"), EVENTS),
    (("webhook", "update", "-n", "a", "-e", "wines", "--events"), EVENTS),
    (("model", "create", "-n", "a", "--path", ".", "--type"), ("custom_model", "mlflow_model")),
    (("data", "create", "-n", "a", "--path", ".", "--type"), ("uri_file", "uri_folder")),
    (("compute", "create", "-n", "a", "--type"), ("amlcompute",)),
    (("compute", "create", "-n", "a", "--tier"), ("dedicated", "low_priority")),
    (("environment", "create", "-n", "a", "-i", "b", "--os-type"), ("linux",)),
    (("model", "show", "-n", "a", "--label"), ("latest",)),
    (("data", "show", "-n", "a", "--label"), ("latest",)),
    (("environment", "show", "-n", "a", "--label"), ("latest",)),
    (("job", "download", "-n", "a", "--output-name"), ("score", "receipt", "errors", "partial")),
    (("job", "list", "--all"), ("true", "false")),
    (("configure", "--scope"), ("global", "local")),
    (("configure", "--list-defaults"), ("true", "false")),
    (("studio", "--role"), ("reader", "invoker", "contributor")),
    (("job", "list", "--output"), ("json", "table", "tsv", "yaml")),
]


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield running


@pytest.mark.parametrize(
    ("words", "known"), CASES, ids=[" ".join((*c[0][:2], c[0][-1])) for c in CASES]
)
def test_another_value_is_named_with_those_that_there_are(
    service: StubService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    known: tuple[str, ...],
) -> None:
    bep = bep_here(service, tmp_path, monkeypatch, capsys)

    done = bep(*words, "absurd")

    assert (2, "") == (done.code, done.stdout), done.stderr
    assert "'absurd'" in done.stderr
    assert [one for one in known if one not in done.stderr] == []
    assert [] == service.seen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--output-lineage", "file"), "csv without a header has no names"),
        (("--output-layout", "hive", "--output-format", "jsonl"), "and none is named"),
        (("--output-carry", "all", "--output-format", "jsonl", "--code", "."), "from run()"),
        (("--split", "rows=5", "--code", "."), "'rows=5' is for MLflow models"),
        (("--mini-batch-size", "0"), "--mini-batch-size is 0. Give a whole number, 1 or more."),
        (("--error-threshold", "-2"), "--error-threshold is -2."),
        (("--split", "size=0MB"), "a piece has 1 to 1073741824 bytes"),
        (("--split", "rows=99999999999999"), "a piece has 1 to 1073741824 rows"),
        (("--split", "size=1.5MB"), "amounts are whole numbers"),
    ],
)
def test_what_no_job_of_score_can_be_is_refused_before_anything_is_sent(
    service: StubService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    (tmp_path / "score.py").write_text("def run(files): return files\n")
    bep = bep_here(service, tmp_path, monkeypatch, capsys)

    done = bep(*SCORE, *words)

    assert 2 == done.code, done.stderr
    assert told in done.stderr
    assert [] == service.seen


@pytest.mark.parametrize(
    ("own", "split", "is_here", "has_any"),
    [
        ({}, "size", True, True),
        ({"maxConcurrencyPerInstance": 1}, "size", True, False),
        ({}, "size", False, False),
        ({}, "", True, False),
    ],
)
def test_pieces_share_the_cores_of_this_machine_unless_something_says_otherwise(
    own: dict[str, int], split: str, *, is_here: bool, has_any: bool
) -> None:
    expected = os.process_cpu_count() if has_any else None

    wishes = Wishes(own, {"errorThreshold": 0}, split)

    asked = wishes.of_job(is_here=is_here)

    assert 0 == asked["errorThreshold"]
    assert expected == asked.get("maxConcurrencyPerInstance")
