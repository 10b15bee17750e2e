"""`bep model|data|environment|compute|datastore|workspace` on the real stack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.refusals import is_refused
from tests.support.stack import WORKSPACE, Stack
from tests.support.stub_service import Done, environment, run

CONDA = "name: e\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- pip:\n  - numpy\n"

type Bep = Callable[..., Done]


@pytest.fixture
def bep(stack: Stack, tmp_path: Path) -> Bep:
    variables = environment(tmp_path, stack.url, BEP_TOKEN=stack.token())
    return lambda *words: run(tmp_path, variables, *words)


def answer(done: Done) -> Any:
    assert 0 == done.code, done.stderr
    return done.answer


def make_model(folder: Path, text: str = "one") -> Path:
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "MLmodel").write_text("flavors: {}\n")
    (folder / "model" / "weights").write_text(text)
    return folder / "model"


def test_a_local_model_is_registered_once_for_each_content(bep: Bep, tmp_path: Path) -> None:
    make_model(tmp_path)
    first = answer(bep("ml", "model", "create", "--name", "cli-m", "--path", "model"))
    again = answer(bep("model", "create", "-n", "cli-m", "-p", "./model"))
    make_model(tmp_path, "two")
    second = answer(bep("model", "create", "-n", "cli-m", "-p", "model"))
    make_model(tmp_path, "one")
    back = answer(bep("model", "create", "-n", "cli-m", "-p", "model"))

    assert ["1", "1", "2", "1"] == [one["version"] for one in (first, again, second, back)]
    assert "mlflow_model" == first["type"]
    assert f"{WORKSPACE}/models/cli-m/versions/1" == first["id"]
    assert first["path"].endswith("/model")
    assert "/datastores/workspaceblobstore/paths/LocalUpload/" in first["path"]
    assert ("local", "Local contributor") == (
        first["resourceGroup"],
        first["creation_context"]["created_by"],
    )


def test_what_was_said_of_a_version_stays_when_it_is_created_again(
    bep: Bep, tmp_path: Path
) -> None:
    make_model(tmp_path)
    create = ("model", "create", "-n", "cli-said", "-p", "model")
    answer(bep(*create, "--description", "first", "--tags", "a=1"))

    again = answer(bep(*create, "--tags", "b=2"))

    assert ("1", "first", {"b": "2"}) == (again["version"], again["description"], again["tags"])


def test_one_file_is_a_model_too_and_comes_back(bep: Bep, tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(b"pickle")
    made = answer(bep("model", "create", "-n", "cli-one", "-p", "m.pkl"))
    assert ("custom_model", True) == (made["type"], made["path"].endswith("/m.pkl"))

    assert 0 == bep("model", "download", "-n", "cli-one", "-v", "1", "-p", "to").code
    assert b"pickle" == (tmp_path / "to" / "cli-one" / "m.pkl").read_bytes()


def test_a_model_file_is_read_with_flags_over_it(bep: Bep, tmp_path: Path) -> None:
    make_model(tmp_path)
    (tmp_path / "files").mkdir()
    text = "$schema: x\nname: cli-file\nversion: 3\npath: ../model\ntype: custom_model\n"
    (tmp_path / "files" / "model.yml").write_text(text)

    made = answer(
        bep(
            "model",
            "create",
            "-f",
            "files/model.yml",
            "-v",
            "7",
            "--set",
            "tags.a=1",
            "description=x",
        )
    )

    assert ("cli-file", "7", "custom_model") == (made["name"], made["version"], made["type"])
    assert ({"a": "1"}, "x") == (made["tags"], made["description"])


def test_versions_are_shown_listed_changed_archived_and_restored(bep: Bep, tmp_path: Path) -> None:
    make_model(tmp_path)
    name = ("-n", "cli-words")
    answer(bep("model", "create", *name, "-v", "1", "-p", "model"))
    answer(bep("model", "create", *name, "-v", "2", "-p", "model"))

    changed = answer(bep("model", "update", *name, "-v", "1", "--set", "tags.k=v", "description=d"))
    assert ({"k": "v"}, "d") == (changed["tags"], changed["description"])
    assert changed == answer(bep("model", "show", *name, "-v", "1"))
    assert (
        "2"
        == bep(
            "model", "show", *name, "-l", "latest", "--query", "version", "-o", "tsv"
        ).stdout.strip()
    )

    assert "" == bep("model", "archive", *name, "-v", "1").stdout
    versions = ("model", "list", *name, "--query", "[].version")
    assert ["2"] == answer(bep(*versions))
    assert ["2", "1"] == answer(bep(*versions, "--include-archived"))
    assert ["1"] == answer(bep(*versions, "--archived-only"))
    assert "" == bep("model", "restore", *name, "-v", "1").stdout
    assert ["2"] == answer(bep(*versions, "--max-results", "1"))

    assert "" == bep("model", "archive", *name).stdout
    names = ("model", "list", "--query", "[].name")
    assert "cli-words" not in answer(bep(*names))
    assert "cli-words" in answer(bep(*names, "--archived-only"))


def test_a_models_files_come_back_as_they_went(bep: Bep, tmp_path: Path) -> None:
    model = make_model(tmp_path)
    (model / "sub").mkdir()
    (model / "sub" / "ä %20#.txt").write_text("odd")
    answer(bep("model", "create", "-n", "cli-down", "-p", "model"))

    done = bep("model", "download", "-n", "cli-down", "-v", "1", "--download-path", "to")

    assert (0, "") == (done.code, done.stdout), done.stderr
    own = tmp_path / "to" / "cli-down"
    assert "odd" == (own / "sub" / "ä %20#.txt").read_text()
    assert 3 == sum(path.is_file() for path in own.rglob("*"))


def test_data_gets_its_type_from_what_is_there(bep: Bep, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1")
    made = answer(bep("data", "create", "-n", "cli-d", "--path", "x.csv"))
    folder = answer(bep("data", "create", "-n", "cli-f", "--path", "."))
    url = "azureml://datastores/workspaceblobstore/paths/in"
    there = answer(bep("data", "create", "-n", "cli-r", "--path", url, "--type", "uri_folder"))

    assert ("uri_file", True) == (made["type"], made["path"].endswith("/x.csv"))
    assert ("uri_folder", "uri_folder") == (folder["type"], there["type"])
    assert url == there["path"]


def test_an_environments_conda_file_is_registered_as_its_text(bep: Bep, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(CONDA)
    flags = ("-n", "cli-e", "--conda-file", "c.yml", "--image", "i")
    made = answer(bep("environment", "create", *flags))

    assert ["python=3.11", {"pip": ["numpy"]}] == made["conda_file"]["dependencies"]
    assert ("i", "linux", "1") == (made["image"], made["os_type"], made["version"])
    assert "1" == answer(bep("environment", "create", *flags))["version"]
    assert "2" == answer(bep("environment", "create", *flags[:-1], "j"))["version"]


def test_computes_are_made_changed_and_deleted(bep: Bep) -> None:
    made = answer(
        bep(
            *("ml", "compute", "create", "--name", "cli-cpu", "--type", "amlcompute"),
            *("--min-instances", "0", "--max-instances", "5", "--size", "STANDARD_DS3_V2"),
        )
    )
    assert ("amlcompute", 0, 5, 120) == (
        made["type"],
        made["min_instances"],
        made["max_instances"],
        made["idle_time_before_scale_down"],
    )
    changed = answer(bep("compute", "update", "-n", "cli-cpu", "--max-instances", "6"))
    assert {**made, "max_instances": 6} == changed
    assert changed in answer(bep("compute", "list", "--type", "amlcompute"))
    assert (0, "") == (bep("compute", "delete", "-n", "cli-cpu", "-y").code, "")
    assert is_refused(bep("compute", "show", "-n", "cli-cpu"), code=3)


def test_datastores_and_the_workspace_are_shown(bep: Bep, stack: Stack, tmp_path: Path) -> None:
    stack.blobs.create_container("cli-images")
    account = stack.send("GET", f"{WORKSPACE}/datastores/workspaceblobstore").body["properties"]
    (tmp_path / "d.yml").write_text(
        "name: cli_images\ntype: azure_blob\ncontainer_name: cli-images\n"
        f"account_name: '{account['accountName']}'\n"
    )

    made = answer(bep("datastore", "create", "--file", "d.yml"))
    changed = answer(
        bep("datastore", "update", "-n", "cli_images", "--set", "description=pictures")
    )

    assert ("azure_blob", "cli-images") == (made["type"], made["container_name"])
    assert {**made, "description": "pictures"} == changed
    names = answer(bep("datastore", "list", "--query", "[].name"))
    assert {"cli_images", "workspaceblobstore"} <= set(names)
    assert 0 == bep("datastore", "delete", "-n", "cli_images", "--yes").code
    assert answer(bep("workspace", "show", "-n", "local")) in answer(bep("workspace", "list"))


BAD = {
    "model show -n nope -v 1": (3, "There is no model 'nope:1'."),
    "model show -n nope": (2, "Give --version, or --label latest."),
    "model show -n nope -v 1 -l latest": (2, "are both given"),
    "model show -n nope -l newest": (2, "There is no label 'newest'. Use --label latest."),
    "model create -n m --path nope": (2, "there is no file or folder"),
    "model create --path .": (2, "Give it by --name"),
    "model create -n m --path . --type wrong": (2, "wrong"),
    "model create -f nope.yml": (2, "nope.yml' cannot be read"),
    "model create -f broken.yml": (2, "broken.yml"),
    "model create -n m --path . --tags x": (2, "Write name=value."),
    "model update -n words -v 1 --set path=x": (2, "The 'path' of a model cannot be changed."),
    "model update -n words -v 1 --set nonsense": (2, "key=value"),
    "model list --max-results x": (2, "Give 1 or more"),
    "model list --archived-only --include-archived": (2, "Give one."),
    "model delete -n nope -v 1 --yes": (3, "There is no model 'nope:1'."),
    "data create -n d --path broken.yml --type uri_folder": (2, "uri_file"),
    "environment create -n e": (2, "conda_file"),
    "environment create -n e --conda-file nope.yml": (2, "nope.yml"),
    "environment create -n e --build-context .": (2, "not done here. List the packages"),
    "compute create -n c --type aks": (2, "aks"),
    "compute create -n c --type amlcompute --max-instances x": (2, "whole number"),
    "datastore show -n nope": (3, "There is no datastore 'nope'."),
    "workspace show -n nope": (3, "There is no workspace 'nope'"),
    "model create -n m --path <modelPath>": (2, "placeholder"),
}


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_refused_with_the_fix(
    stack: Stack, bep: Bep, tmp_path: Path, line: str
) -> None:
    uri = stack.upload("cli-words", {"x": b"1"})
    stack.put("/models/words/versions/1", {"properties": {"modelUri": uri}})
    (tmp_path / "broken.yml").write_text("name: [\n")
    code, words = BAD[line]

    done = bep(*line.split(" "))

    assert is_refused(done, code=code)
    assert words in done.stderr
