"""Scripts in sh and bash around `az`: `set -e`, `$(...)`, status loops, JSON readers behind it."""

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import LIMIT_S, RunScript
from tests.support.fares import fares, fares_in
from tests.support.stack import CONTAINER, ROOT, Stack

MODEL = ROOT / "examples/sdk/taxi/model"
TRIPS = ROOT / "examples/sdk/taxi/trips"
READ = "python3 -m json.tool"
"""What `| jq .` is, where jq may not be there."""
STARTS, BEST_S, MOST_OF_OTHERS = 6, 0.3, 3.5

DEPLOY_AND_RUN = """\
set -e
export ENDPOINT_NAME={name}
az login >/dev/null
az configure --defaults group=local workspace=local
az ml batch-endpoint create --name $ENDPOINT_NAME --file endpoint.yml | {read} >created
az ml batch-deployment create --file deployment.yml --endpoint-name $ENDPOINT_NAME --set-default
az ml batch-endpoint show --name $ENDPOINT_NAME | {read} >shown
az ml batch-deployment show --name main --endpoint-name $ENDPOINT_NAME | {read} >>shown
JOB_NAME=$(az ml batch-endpoint invoke --name $ENDPOINT_NAME --input trips --query name -o tsv)
echo "Job $JOB_NAME"
status=$(az ml job show -n $JOB_NAME --query status -o tsv)
until [ "$status" = Completed ] || [ "$status" = Failed ] || [ "$status" = Canceled ]; do
  sleep 1
  status=$(az ml job show -n $JOB_NAME --query status -o tsv)
done
if [ "$status" != Completed ]; then echo "Job failed"; exit 1; fi
az ml job download --name $JOB_NAME --output-name score --download-path .
az ml batch-deployment list --endpoint-name $ENDPOINT_NAME | {read} >lists
az ml batch-endpoint list-jobs --name $ENDPOINT_NAME | {read} >>lists
az ml batch-endpoint delete --name $ENDPOINT_NAME --yes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TRIPS, tmp_path / "trips")
    (tmp_path / "endpoint.yml").write_text("name: of-the-file\nauth_mode: aad_token\n")
    (tmp_path / "deployment.yml").write_text(
        "name: main\ntype: model\nmodel:\n  path: ./model\nsettings:\n  mini_batch_size: 2\n"
    )
    return tmp_path


@pytest.mark.timeout(LIMIT_S)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_deploy_and_run_script_ends_in_right_predictions(
    folder: Path, run_script: RunScript, shell: str
) -> None:
    script = DEPLOY_AND_RUN.format(name=f"scripted-{shell}", read=READ)

    done = run_script(script, shell=shell)

    assert 0 == done.code, done.stderr
    assert fares() == fares_in(folder / "named-outputs/score/predictions.csv")


@pytest.mark.timeout(LIMIT_S)
def test_a_failing_command_ends_a_script_with_its_code_and_an_empty_answer(
    folder: Path, run_script: RunScript
) -> None:
    """Not found, usage, an unknown command; the next line is not reached."""
    cases = {
        "az ml batch-endpoint show --name nope": 3,
        "az ml job show --name nope": 3,
        "az ml batch-deployment create --file nope.yml": 2,
        "az ml batch-endpoint show": 2,
        "az ml batch-endpoint show --name '<endpoint>'": 2,
        "az ml nope": 2,
    }
    for command, code in cases.items():
        done = run_script(f'set -e\nanswer=$({command})\necho "not reached: $answer"\n')
        assert (code, "") == (done.code, done.stdout), command
        assert "Traceback" not in done.stderr


@pytest.mark.timeout(LIMIT_S)
def test_queries_and_tsv_are_azs(folder: Path, run_script: RunScript) -> None:
    """Scalars, lists, objects, null, booleans; no match is an empty line's worth of nothing."""
    script = """\
show() { az account list "$@"; echo "[$?]"; }
show --query "[0].name" -o tsv
show --query "[0].isDefault" -o tsv
show --query "[0].managedByTenants" -o tsv
show --query "[].[name, state]" -o tsv
show --query "[0].{n: name, s: state}" -o tsv
show --query "[0].nope" -o tsv
show --query "[0].nope"
show --query "[?name=='nope'].id" -o tsv
show --query "[?name=='nope'].id"
"""

    done = run_script(script)

    assert 0 == done.code, done.stderr
    assert (
        "local\n[0]\ntrue\n[0]\n[0]\nlocal\tEnabled\n[0]\nlocal\tEnabled\n[0]\n[0]\n[0]\n[0]\n[]\n[0]\n"
        == done.stdout
    )


def test_bep_starts_quickly(tmp_path: Path) -> None:
    """By its processor time, beside that of a start that is not ours: both grow with the load."""
    others = least_s(tmp_path, "-c", "import asyncio, unittest.mock, xmlrpc.client, pydoc")
    for words in (["--help"], ["batch-endpoint", "show", "--help"], ["score", "--help"]):
        took = least_s(tmp_path, "-m", "cli", *words)
        assert took < max(BEST_S, MOST_OF_OTHERS * others), (words, took, others)


def least_s(config: Path, *arguments: str) -> float:
    """The processor time of the quickest of some starts."""
    took = []
    for _ in range(STARTS):
        before = processor_s()
        subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | {"BEP_CONFIG_DIR": str(config)},
            check=True,
            capture_output=True,
        )
        took.append(processor_s() - before)
    return min(took)


def processor_s() -> float:
    """Of every child process so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, json, atexit\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from cli.main import main; main(['batch-endpoint', 'show', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    heavy = {"pydantic", "requests", "azure.identity", "azure.storage.blob", "obstore", "mlflow"}
    assert set() == loaded & heavy


REST = """\
set -e
mkdir code && printf 'def init(): ...\\ndef run(files): return files\\n' >code/score.py
TOKEN=$(az account get-access-token --query accessToken -o tsv)
WS=$BEP_URL$(az ml workspace show --query id -o tsv)
show() { az ml datastore show --name workspaceblobstore --query $1 -o tsv; }
ROOT="$(show protocol)://$(show account_name).blob.$(show endpoint)/$(show container_name)"
CONNECTION=$(az storage account show-connection-string --name "$(show account_name)" \\
  --query connectionString -o tsv)
az storage blob upload-batch -d $(show container_name)/rest -s code \\
  --connection-string $CONNECTION -o none
put() {
  curl --silent --show-error --request PUT "$WS/$1?api-version=2021-10-01" \\
    --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" \\
    --data-raw "{\\"properties\\": {
      $2,
    },
  }"
}
put codes/rest/versions/1 "\\"codeUri\\": \\"$ROOT/rest\\"" >code.json
put datasets/rest/versions/1 "\\"paths\\": [{\\"folder\\": \\"$ROOT/rest\\"}]" >data.json
az ml data show --name rest --version 1 --query path -o tsv
"""


@pytest.mark.timeout(LIMIT_S)
def test_a_rest_script_of_2021_registers_what_it_uploaded(
    folder: Path, run_script: RunScript, stack: Stack
) -> None:
    """By addresses that it puts together itself, and with commas after last values."""
    done = run_script(REST)

    assert 0 == done.code, done.stderr
    uri = f"{stack.blobs.get_container_client(CONTAINER).url}/rest"
    assert uri == done.stdout.strip()
    assert uri == json.loads((folder / "code.json").read_text())["properties"]["codeUri"]
    assert uri == json.loads((folder / "data.json").read_text())["properties"]["dataUri"]
