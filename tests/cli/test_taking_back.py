"""Empty flags and values of invoke take back a deployment's default; wrong ones end with a 2."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.endpoints.input_flags import InputFlags
from cli.endpoints.invocation import OtherFlags, chosen, request_of
from cli.errors import UsageError
from cli.uploads.upload_folder import hash_folder
from cli.uploads.upload_manifest import upload_manifest
from tests.cli.in_process import Bep
from tests.cli.test_endpoints import sent, service
from tests.cli.test_signatures import CONTAINER, put_store, service_at
from tests.support.stub_service import Reply, StubService, stub_service

__all__ = ["service"]
PLACE = "azureml://datastores/workspaceblobstore/paths/in"


@pytest.mark.parametrize(
    ("words", "given", "more"),
    [
        (("--newest", "", "--include", ""), {"newest": "", "include": []}, {}),
        (("--changed-since", "", "--exclude", ""), {"changedSince": "", "exclude": []}, {}),
        (
            ("--output-format", "", "--output-carry", ""),
            {},
            {"properties": {"outputFormat": "", "outputCarry": ""}},
        ),
    ],
)
def test_an_empty_flag_is_sent_as_an_empty_value(
    service: StubService, bep: Bep, words: tuple[str, ...], given: Any, more: Any
) -> None:
    done = bep("batch-endpoint", "invoke", "-n", "wine", "--input", PLACE, *words)

    assert 0 == done.code, done.stderr
    expected = {"jobInputType": "UriFolder", "uri": PLACE, **given}
    assert {"properties": {"inputData": {"input": expected}, **more}} == sent(service, "POST")


def test_an_empty_value_of_a_file_is_sent_as_one(tmp_path: Path) -> None:
    file = tmp_path / "invoke.yml"
    file.write_text(
        f"inputs:\n  cellar:\n    path: {PLACE}\n    include: ''\n    exclude: []\n"
        "    newest: ''\n    manifest:\n    changed_since:\n"
        "properties: {outputFormat: }\n"
    )
    nobody: Any = None

    body, _ = request_of(nobody, InputFlags(), OtherFlags(str(file)))

    given = {"include": "", "exclude": [], "newest": "", "manifest": "", "changedSince": ""}
    assert given == {
        name: value
        for name, value in body["properties"]["inputData"]["cellar"].items()
        if name not in {"uri", "jobInputType"}
    }
    assert {"outputFormat": ""} == body["properties"]["properties"]


def test_flags_that_were_not_written_choose_nothing() -> None:
    assert {} == chosen({"include": None, "manifest": False, "newest": None})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--newest", "x"), "newest' is 'x'"),
        (("--changed-since", "never!"), "neither a time nor a job's name"),
        (("--manifest", "--newest", "3"), "A manifest says which files are the input, and newest"),
        (("--include", "a/../b"), "which no path in the folder matches"),
        (("--output-format", "excel"), "'properties.outputFormat' is 'excel'"),
        (("--output-if-exists", "overwrite"), "Use fail, version"),
        (("--output-partial", "some"), "Use keep, none"),
        (("--output-carry", "[1]"), "which is no list of names"),
        (("--sample", "0"), "--sample is 0"),
        (("--sample", "2", "--price-per-hour", "-1"), "--price-per-hour is -1.0"),
        (("--mini-batch-size", "x"), "'x', not a whole number"),
        (("--sample", "x"), "invalid int value"),
    ],
)
def test_a_wrong_value_of_a_flag_is_bad_usage_before_anything_is_sent(
    service: StubService, bep: Bep, words: tuple[str, ...], told: str
) -> None:
    done = bep("batch-endpoint", "invoke", "-n", "wine", "--input", PLACE, *words)

    assert 2 == done.code, done.stderr
    assert told in done.stderr
    assert [] == [one for one in service.seen if one.method == "POST"]


def test_a_line_that_names_no_file_beside_the_manifest_is_refused_with_its_number(
    tmp_path: Path,
) -> None:
    manifest = tmp_path / "list.txt"
    manifest.write_text("# files\nhttps://x.invalid/a.csv\ngone.csv\n")
    nobody: Any = None

    with pytest.raises(UsageError, match=r"Line 3 of .* names 'gone\.csv', and there is no such"):
        upload_manifest(nobody, manifest)


def test_the_files_that_a_manifest_names_go_with_it_and_no_others(tmp_path: Path) -> None:
    """What is sent lies below the hash of a folder that has just these."""
    written = {"list.txt": "1\n", "1": "2"}  # the stub reads JSON
    other: dict[str, str] = {"other": "3"}
    for folder, more in (("cellar", other), ("same", dict[str, str]())):
        for name, text in (written | more).items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    digest = hash_folder(tmp_path / "same").content.sha256
    place = f"LocalUpload/{digest}/cellar"
    with stub_service() as stub:
        put_store(stub, timedelta(hours=1))
        for name in written:
            stub.on("PUT", f"{CONTAINER}/{place}/{name}", Reply(None, 201, {"ETag": '"1"'}))

        uri = upload_manifest(service_at(stub), tmp_path / "cellar" / "list.txt")

        sent_paths = {one.path.partition("?")[0] for one in stub.seen if one.method == "PUT"}
    assert f"azureml://datastores/workspaceblobstore/paths/{place}/list.txt" == uri
    assert {f"{CONTAINER}/{place}/{name}" for name in written} == sent_paths
