"""The examples of the pages on scripts and environments, run against the service."""

import io
import json
import pickle
import struct
import zlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.neighbors import KNeighborsClassifier

from tests.service.test_environments import skip_without_index
from tests.service.test_scripts import folder_of, published
from tests.support import two_hosts
from tests.support.doc_blocks import blocks, examples
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

SCRIPTS, ENVIRONMENTS = blocks("scoring-scripts.md"), blocks("environments.md")
TABLES = {
    "a.csv": b"age,pressure\n50,120\n80,20\n",
    "b.csv": b"age,pressure\n40,90\n",
}


def filled(text: str) -> Any:
    return json.loads(text.replace("{WS}", WORKSPACE))


def png(grey: int) -> bytes:
    """A picture of 8 x 8 pixels of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    lines = (b"\0" + bytes([grey] * 8)) * 8
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def digits_model() -> bytes:
    """Knows two digits: the dark one is a 1, the light one an 8."""
    pictures = np.array([[10] * 64, [200] * 64])
    return pickle.dumps(KNeighborsClassifier(1).fit(pictures, [1, 8]))


@pytest.mark.parametrize("page", ["scoring-scripts.md", "environments.md"])
def test_every_example_has_a_name_and_so_a_test(page: str) -> None:
    assert examples(page) == len(blocks(page))


def test_the_image_script_and_its_deployment(stack: Stack) -> None:
    model = stack.upload("docs/model", {"model.pkl": digits_model()})
    stack.put("/models/digits/versions/1", {"properties": {"modelUri": model}})
    code = stack.upload("docs/digits", {"score.py": SCRIPTS["digits"].encode()})
    stack.put("/codes/digits/versions/1", {"properties": {"codeUri": code}})
    stack.put("/batchEndpoints/docs-digits", {"properties": {}})
    own = "/batchEndpoints/docs-digits/deployments/main"
    stack.put(own, filled(SCRIPTS["deployment"]))
    made = wait_until(lambda: stack.provisioned(own))
    default = {"defaults": {"deploymentName": "main"}}
    stack.put("/batchEndpoints/docs-digits", {"properties": default})

    uri = stack.upload("docs/pictures", {"one.png": png(12), "eight.png": png(190)})
    properties = stack.ended(stack.invoke("docs-digits", uri))

    assert "Succeeded" == made["provisioningState"], made
    assert SCRIPTS["digits output"] == stack.output(properties).decode()


def test_an_init_that_fails_is_reported_as_the_page_says(stack: Stack, script: Any) -> None:
    made = script("docs-broken", SCRIPTS["broken"])

    assert "Failed" == made["provisioningState"]
    assert SCRIPTS["broken error"].strip() == made["provisioningError"].splitlines()[0]
    assert "Traceback" in made["provisioningError"]


def test_the_script_with_a_context_knows_its_minibatch(stack: Stack, script: Any) -> None:
    script("docs-context", SCRIPTS["context"], miniBatchSize=1)

    properties = stack.ended(stack.invoke("docs-context", stack.upload("docs/tables", TABLES)))

    assert ["0 a.csv", "1 b.csv"] == stack.output(properties).decode().splitlines()


def test_the_script_of_records_gives_a_row_for_each(stack: Stack, script: Any) -> None:
    script("docs-records", SCRIPTS["records"], environmentVariables={"THRESHOLD": "1"})

    properties = stack.ended(stack.invoke("docs-records", stack.upload("docs/tables", TABLES)))

    expected = ["50 True a.csv", "80 False a.csv", "40 True b.csv"]
    assert expected == stack.output(properties).decode().splitlines()


def test_the_parquet_script_publishes_a_file_for_each_input(stack: Stack, script: Any) -> None:
    script("docs-parquet", SCRIPTS["parquet"], outputAction="SummaryOnly", miniBatchSize=1)

    properties = stack.ended(stack.invoke("docs-parquet", stack.upload("docs/tables", TABLES)))

    assert b"0,1,0\n1,1,0\n" == stack.output(properties)
    folder = properties["outputs"]["predictions"].partition("/paths/")[2].rpartition("/")[0]
    written = pd.read_parquet(io.BytesIO(stack.download(f"{folder}/a.parquet")))
    assert [100, 160] == written["prediction"].tolist()


def test_the_script_with_an_end_writes_its_totals(stack: Stack, script: Any) -> None:
    script("docs-shutdown", SCRIPTS["shutdown"], outputAction="SummaryOnly", miniBatchSize=1)

    properties = stack.ended(stack.invoke("docs-shutdown", stack.upload("docs/tables", TABLES)))

    folder = folder_of(properties)
    names = [name for name in published(stack, folder) if name.startswith("total-")]
    totals = [int(stack.download(f"{folder}/{name}")) for name in names]
    assert 2 == sum(totals)
    assert [2] == totals or two_hosts.IS_ON  # there, each host's process has scored one


def test_the_logging_script_logs_where_the_page_says(stack: Stack, script: Any) -> None:
    script("docs-logging", SCRIPTS["logging"], loggingLevel="Debug")

    started = stack.invoke("docs-logging", stack.upload("docs/tables", TABLES))
    properties = stack.ended(started)

    assert [str(len(text)) for text in TABLES.values()] == (
        stack.output(properties).decode().splitlines()
    )
    jobs = stack.blobs.get_container_client("batch-jobs")
    folder = f"{started['name']}/logs/user/stdout/"
    first, *others = jobs.list_blob_names(name_starts_with=folder)
    assert two_hosts.IS_ON or not others  # there, the mini-batch may be scored twice
    assert first.endswith("/process000.stdout.txt")
    assert b"scoring 2 files" in stack.download(first, "batch-jobs")


def test_the_conda_file_is_built_and_its_notes_are_the_pages(stack: Stack, script: Any) -> None:
    body = filled(ENVIRONMENTS["registration"])
    body["properties"]["condaFile"] = ENVIRONMENTS["conda"]
    stack.put("/environments/docs-conda/versions/1", body)
    tells = (
        "import sys, numpy, tqdm\n\n\ndef run(mini_batch):\n"
        "    told = [sys.version[:3], numpy.__version__[:4], tqdm.__version__]\n"
        "    return [told] * len(mini_batch)\n"
    )
    made = script(
        "docs-conda", tells, environmentId=f"{WORKSPACE}/environments/docs-conda/versions/1"
    )
    skip_without_index(made)
    if "3.8 is not on this machine" in (made["provisioningError"] or ""):
        pytest.skip(made["provisioningError"])

    properties = stack.ended(stack.invoke("docs-conda", stack.upload("docs/tables", TABLES)))

    assert ENVIRONMENTS["notes"].splitlines() == made["provisioningNotes"]
    assert ["['3.8', '1.21', '4.60.0']"] * 2 == stack.output(properties).decode().splitlines()


def test_a_conda_file_may_be_registered_as_an_object(stack: Stack) -> None:
    body = filled(ENVIRONMENTS["registration"])

    saved = stack.put("/environments/docs-object/versions/1", body)["properties"]

    assert body["properties"]["condaFile"] == yaml.safe_load(saved["condaFile"])
    assert body["properties"]["image"] == saved["image"]
