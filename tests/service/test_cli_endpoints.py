"""`bep endpoint ...`, `batch-endpoint ...` and `batch-deployment ...` against the whole service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.models import MODEL_FILES, csv_of, rows_of
from tests.support.refusals import is_refused
from tests.support.stack import Stack
from tests.support.stub_service import Done, environment, run

SCRIPT = """\
import os


def run(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""
PREVIEW = """\
name: of-2021
type: batch
traffic:
  first: 100
deployments:
  - name: first
    model:
      local_path: ./doubler
    compute:
      instance_count: 1
    mini_batch_size: 10
    retry_settings:
      max_retries: 3
      timeout: 30
"""
ADDED = """\
name: second
model:
  local_path: ./doubler
code_configuration:
  code:
    local_path: ./code
  scoring_script: score.py
environment:
  path: ./environment
  conda_file: file:./conda.yml
mini_batch_size: 1
"""
TODAY = """\
name: today
endpoint_name: todays
type: model
model:
  path: doubler
settings:
  mini_batch_size: 1
"""
FILES = {
    **{f"doubler/{name}": text for name, text in MODEL_FILES.items()},
    "code/score.py": SCRIPT.encode(),
    "environment/conda.yml": b"dependencies:\n- python=3.13\n",
    "data/a.csv": csv_of((1, 2)),
    "data/b.csv": csv_of((3, 4)),
    "preview.yml": PREVIEW.encode(),
    "added.yml": ADDED.encode(),
    "today.yml": TODAY.encode(),
    "endpoint.yml": b"name: todays\ntags: {a: b}\n",
    "broken/score.py": b"def run(files):\n    return [\n",
}

type Bep = Callable[..., Done]


@pytest.fixture
def bep(stack: Stack, tmp_path: Path) -> Bep:
    """`bep` in a folder with a project; it fails the test unless the exit code is expected."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    variables = environment(tmp_path, stack.url, BEP_TOKEN=stack.token())

    def bep(*words: str, code: int = 0) -> Done:
        done = run(tmp_path, variables, *words)
        assert code == done.code, done.stderr
        return done

    return bep


def ended(bep: Bep, stack: Stack, *words: str) -> tuple[Any, list[str]]:
    """Invoke, follow, and read the predictions: the answer and its rows."""
    answer = bep(*words, "--stream").answer
    assert "Completed" == answer["status"]
    place = answer["outputs"]["score"]["path"].partition("/paths/")[2]
    return answer, sorted(stack.download(place).decode().splitlines())


def test_the_commands_of_2021_create_add_switch_invoke_and_delete(bep: Bep, stack: Stack) -> None:
    own = ("--name", "of-2021", "--type", "batch")
    invoke = ("ml", "endpoint", "invoke", *own, "--input-local-path", "data")

    made = bep("ml", "endpoint", "create", "--type", "batch", "--file", "preview.yml")
    first, rows = ended(bep, stack, *invoke)
    bep("ml", "endpoint", "update", *own, "--deployment-file", "added.yml")
    switched = bep("ml", "endpoint", "update", *own, "--traffic", "second:100")
    second, names = ended(
        bep, stack, *invoke, "--output-datastore", "azureml:workspaceblobstore", "--output-path",
        "of-2021", "--set", "output_file_name=names.txt", "retry_settings.max_retries=1",
    )  # fmt: skip
    jobs = bep("ml", "endpoint", "list-jobs", *own).answer
    bep("ml", "endpoint", "delete", *own, "--yes")

    assert "first" == made.answer["defaults"]["deployment_name"]
    assert sorted(rows_of("a.csv", (1, 2)) + rows_of("b.csv", (3, 4))) == rows
    assert "second" == switched.answer["defaults"]["deployment_name"]
    assert ["a.csv", "b.csv"] == names
    assert second["outputs"]["score"]["path"].endswith("/paths/of-2021/names.txt")
    assert first["interaction_endpoints"]["Studio"]["endpoint"].startswith("http")
    assert [second["name"], first["name"]] == [job["name"] for job in jobs]
    assert is_refused(bep("endpoint", "show", *own, code=3), code=3)


def test_todays_commands_create_change_invoke_and_delete(bep: Bep, stack: Stack) -> None:
    bep("batch-endpoint", "create", "-f", "endpoint.yml", "--set", "tags.c=d")
    made = bep("batch-deployment", "create", "-f", "today.yml", "--set-default")
    model = made.answer["model"]
    changes = ("--set", "mini_batch_size=5", "tags.team=wine")
    changed = bep("batch-deployment", "update", "-n", "today", "-e", "todays", *changes)
    endpoint = bep("batch-endpoint", "update", "-n", "todays", "--set", "description=Wines")
    answer, rows = ended(bep, stack, "batch-endpoint", "invoke", "-n", "todays", "--input", "data")
    jobs = bep("batch-deployment", "list-jobs", "-n", "today", "-e", "todays", "-o", "tsv")
    default = bep("batch-deployment", "delete", "-n", "today", "-e", "todays", "-y", code=1)
    bep("batch-endpoint", "delete", "-n", "todays", "-y")

    assert (5, {"team": "wine"}) == (changed.answer["mini_batch_size"], changed.answer["tags"])
    assert model == changed.answer["model"]
    assert ("Wines", {"a": "b", "c": "d"}, "today") == (
        endpoint.answer["description"],
        endpoint.answer["tags"],
        endpoint.answer["defaults"]["deployment_name"],
    )
    assert sorted(rows_of("a.csv", (1, 2)) + rows_of("b.csv", (3, 4))) == rows
    assert answer["name"] in jobs.stdout
    assert made.stderr.startswith("today: ")
    assert is_refused(default)


def test_a_deployment_that_cannot_be_made_ends_the_command_with_the_reason(bep: Bep) -> None:
    bep("batch-endpoint", "create", "-n", "unmade")
    own = ("batch-deployment", "create", "-f", "today.yml", "-e", "unmade")
    more = "code_configuration.code=broken", "code_configuration.scoring_script=score.py"
    conda = "environment.conda_file=environment/conda.yml"

    checked = bep(*own, "--set", *more, conda, code=2)
    failed = bep(*own, "--skip-script-validation", "--set", *more, conda, code=1)
    kept = bep("batch-deployment", "show", "-n", "today", "-e", "unmade").answer
    bep("batch-endpoint", "delete", "-n", "unmade", "-y", "--no-wait")

    assert is_refused(checked, code=2)
    assert "broken/score.py, line 2: The scoring script cannot be read" in checked.stderr
    assert "SyntaxError" in failed.stderr  # the script's own traceback is the reason
    assert not failed.stdout
    assert "Failed" == kept["provisioning_state"]


def test_a_deployment_that_is_not_waited_for_is_shown_as_it_is(bep: Bep) -> None:
    bep("batch-endpoint", "create", "-n", "unwaited")
    done = bep(
        "batch-deployment", "create", "-f", "today.yml", "-e", "unwaited", "--no-wait",
        "--set-default", "--query", "provisioning_state", "-o", "tsv",
    )  # fmt: skip

    assert done.stdout.strip() in {"Creating", "Succeeded"}
    assert not done.stderr
    endpoint = bep("batch-endpoint", "show", "-n", "unwaited").answer
    assert "today" == endpoint["defaults"]["deployment_name"]
