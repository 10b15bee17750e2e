"""What a job left, fetched with a token and with links, from a real store; and how far a making is.

The job's rows are too large for one answer, it wrote files beside them, and all lies in a datastore
of its own.
"""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.service.conftest import put_script
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

FILES = {f"f{i}.txt": f"{i}".encode() for i in range(6)}
WRITES_MUCH = """\
import os
from pathlib import Path


def run(mini_batch):
    out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"], "pages")
    out.mkdir(exist_ok=True)
    for path in mini_batch:
        (out / f"{Path(path).stem} 100%.html").write_text("<script>" + open(path).read())
    return [os.path.basename(path) + "x" * 1_000_000 for path in mini_batch]
"""
SLOW_INIT = (
    "import time\n\n\ndef init():\n    time.sleep(2)\n\n\ndef run(mini_batch):\n    return []\n"
)
CURL = ("curl", "-sS", "--fail", "--max-time", "60")


@dataclass(frozen=True)
class Left:
    """A job that has ended, and requests as a reader's."""

    stack: Stack
    started: Any

    @property
    def path(self) -> str:
        return f"{WORKSPACE}/jobs/{self.started['name']}/outputs"

    def curl(self, path: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        token = f"Authorization: Bearer {self.stack.token(role='reader')}"
        command = [*CURL, "-H", token, *options, f"{self.stack.url}{path}"]
        return subprocess.run(command, capture_output=True, check=True)

    def listed(self) -> Any:
        answer = self.stack.send("GET", self.path, token=self.stack.token(role="reader"))
        assert 200 == answer.status, answer.body
        return answer.body["value"]


@pytest.fixture(scope="module")
def left(stack: Stack) -> Left:
    container = stack.blobs.get_container_client("results")
    if not container.exists():
        container.create_container()
    account = stack.send("GET", f"{WORKSPACE}/datastores/workspaceblobstore").body["properties"]
    own = {"accountName": account["accountName"], "containerName": "results"}
    stack.put("/datastores/results", {"properties": {"datastoreType": "AzureBlob", **own}})
    put_script(stack, "leaves-much", WRITES_MUCH, miniBatchSize=2)
    score = {"jobOutputType": "UriFile", "uri": "azureml://datastores/results/paths/a b/p.csv"}
    uri = stack.upload("leaves-much", FILES)
    started = stack.invoke("leaves-much", uri, outputData={"score": score})
    assert "Completed" == stack.ended(started)["status"]
    return Left(stack, started)


def opened(url: str) -> tuple[int, bytes]:
    """What somebody without a token gets."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_every_listed_file_is_opened_by_its_link_and_is_what_the_receipt_says(left: Left) -> None:
    files = left.listed()

    pages = {f"pages/{name.removesuffix('.txt')} 100%.html" for name in FILES}
    expected = pages | {"p.csv", "receipt.json", "errors.jsonl"}
    assert expected == {file["path"] for file in files}
    for file in files:
        status, data = opened(file["url"])
        assert (200, file["size"]) == (status, len(data)), file["path"]
        digest = hashlib.sha256(data).hexdigest()
        assert file["sha256"] in ({None} if file["output"] == "errors" else {digest})
    receipt = next(file for file in files if file["output"] == "receipt")
    proven = json.loads(opened(receipt["url"])[1])["output"]
    assert proven["sha256"] == next(file["sha256"] for file in files if file["path"] == "p.csv")


def test_a_link_opens_its_file_and_no_other_one(left: Left) -> None:
    predictions = next(file for file in left.listed() if file["path"] == "p.csv")

    other = predictions["url"].replace("/p.csv?", "/pages/f1%20100%25.html?")

    assert other != predictions["url"]
    assert 403 == opened(other)[0]
    assert 403 == opened(predictions["url"].replace("sp=r", "sp=rw"))[0]


def test_curl_follows_to_what_is_large_and_keeps_its_token_from_the_store(
    left: Left, tmp_path: Path
) -> None:
    file = tmp_path / "predictions.csv"

    followed = left.curl(f"{left.path}/predictions", "-v", "-L", "-o", str(file))

    rows = file.read_bytes().splitlines()
    assert sorted(name.encode() for name in FILES) == [row.partition(b"x" * 100)[0] for row in rows]
    assert b"302 Found" in followed.stderr
    assert 1 == followed.stderr.count(b"Authorization: Bearer")
    assert b"curl: -L" in left.curl(f"{left.path}/predictions").stdout


def test_small_outputs_are_answered_at_the_scoring_uri_too(left: Left) -> None:
    path = f"/endpoints/leaves-much/jobs/{left.started['name']}/outputs"

    receipt = left.curl(f"{path}/receipt").stdout

    assert left.stack.report(left.started, "receipt.json") == receipt
    assert b"" == left.curl(f"{path}/errors").stdout
    polled = left.stack.send("GET", path.removesuffix("/outputs")).body["properties"]["outputs"]
    assert receipt == opened(polled["links"]["receipt"])[1]
    assert 200 == left.stack.send("GET", polled["files"].removeprefix(left.stack.url)).status


def test_what_is_wrong_with_a_request_is_reported(left: Left) -> None:
    unknown = left.stack.send("GET", f"{left.path}/logs")
    nobody = left.stack.send("GET", f"{WORKSPACE}/jobs/no-such-job/outputs")

    assert (404, 404) == (unknown.status, nobody.status)
    assert "predictions, receipt, errors" in unknown.body["error"]["message"]
    assert "no-such-job" in nobody.body["error"]["message"]


def test_no_link_is_in_the_services_log(left: Left) -> None:
    signature = urlsplit(left.listed()[0]["url"]).query.rpartition("sig=")[2]

    assert signature
    assert signature not in left.stack.log.read_text()


def test_a_making_is_followed_by_its_stage_until_it_has_none(stack: Stack) -> None:
    put_script(stack, "slow-to-begin", "def run(mini_batch):\n    return []\n")
    uri = stack.upload("code/slow-to-begin-2", {"score.py": SLOW_INIT.encode()})
    stack.put("/codes/slow-to-begin/versions/2", {"properties": {"codeUri": uri}})
    path = f"{WORKSPACE}/batchEndpoints/slow-to-begin/deployments/main"
    code = {"codeId": f"{WORKSPACE}/codes/slow-to-begin/versions/2", "scoringScript": "score.py"}
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    body = {"properties": {"model": model, "codeConfiguration": code}}
    put = stack.send("PUT", path, body, headers={"Prefer": "respond-async"})
    operation = put.headers["azure-asyncoperation"].removeprefix(stack.url)
    stages = list[Any]()

    def is_provisioned() -> bool:
        followed = stack.send("GET", operation).body
        stages.append(followed.get("properties", {}).get("provisioningStage"))
        return bool(followed["status"] == "Succeeded")

    wait_until(is_provisioned)

    initializing = [one for one in stages if one and one["name"] == "Initializing"]
    assert "init() of score.py" == initializing[0]["detail"]
    assert initializing[-1]["elapsedSeconds"] > initializing[0]["elapsedSeconds"]
    assert all(one["elapsedSeconds"] <= one["totalSeconds"] for one in stages if one)
    assert stages[-1] is None
    assert stack.send("GET", path).body["properties"]["provisioningStage"] is None
