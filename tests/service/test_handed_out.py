"""Every address and secret that answers hand out opens no more than the caller's role does."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.core.exceptions import ResourceExistsError

from tests.service.conftest import deploy_on
from tests.service.models import MODEL_FILES, csv_of
from tests.support.stack import WORKSPACE, Answer, Stack
from tests.support.waiting import wait_until

ROLES = ("reader", "invoker", "contributor")
# As the Durable API and storage call what opens them: a host's key, a signature.
KEYS = re.compile(r"[?&](code|sig|sv|se)=", re.IGNORECASE)
HISTORY = f"/history/v1.0{WORKSPACE}"
SECRET = "p1anted-s3cret"  # looked for everywhere


class Job:
    """A finished job, what its invoke answered, and requests under a role."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        variables = {"environmentVariables": {"API_KEY": SECRET, "SLEEP_S": "0.3"}}
        self.endpoint = deploy_on(stack, "handing-out", miniBatchSize=1, **variables)
        self.uri = stack.upload("handing-out", {"a.csv": csv_of((1, 1)), "b.csv": b"bad"})
        self.invoked = self.invoke("invoker")
        self.name = self.invoked["name"]
        stack.ended(self.invoked)

    def invoke(self, role: str, uri: str = "") -> Any:
        given = {"x": {"jobInputType": "UriFolder", "uri": uri or self.uri}}
        body = {"properties": {"inputData": given}}
        answer = self.ask(role, "POST", f"/endpoints/{self.endpoint}/jobs", body)
        assert 201 == answer.status, answer.body
        return answer.body

    def ask(self, role: str, method: str, url: str, body: Any = None) -> Answer:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.stack.send(method, path, body, token=self.stack.token(role=role))

    def text(self, url: str) -> tuple[int, str]:
        """As somebody without a token gets it."""
        parts = urlsplit(url)
        with closing(HTTPConnection(parts.netloc, timeout=60)) as connection:
            connection.request("GET", f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def job(stack: Stack) -> Job:
    return Job(stack)


def strings(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    values = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in values:
        yield from strings(value)


# One job's own document: its links to its outputs are signed.
LINKING = (
    "/endpoints/{endpoint}/jobs/{name}",
    f"{WORKSPACE}/batchEndpoints/{{endpoint}}/jobs/{{name}}",
)
READING = (
    "/endpoints/{endpoint}/jobs/{name}/status",
    "/endpoints/{endpoint}/jobs",
    f"{WORKSPACE}/jobs",
    f"{WORKSPACE}/jobs/{{name}}",
    f"{HISTORY}/runs/{{name}}",
    f"{HISTORY}/runs/{{name}}/children",
    f"{WORKSPACE}/batchEndpoints/{{endpoint}}",
    f"{WORKSPACE}/datastores",
    WORKSPACE,
    "/metadata/endpoints",
    "/discovery",
    "/openapi.json",
)


def without_links(properties: Any) -> Any:
    """Links end an hour after each reading."""
    assert properties["outputs"].pop("links")
    return properties


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", READING)
def test_what_is_read_carries_no_key(job: Job, path: str, role: str) -> None:
    answer = job.ask(role, "GET", path.format(endpoint=job.endpoint, name=job.name))

    assert 200 == answer.status, answer.body
    assert [] == [text for text in strings(answer.body) if KEYS.search(text)]
    assert SECRET not in json.dumps(answer.body)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", LINKING)
def test_a_jobs_links_read_one_output_each_and_nothing_else(job: Job, path: str, role: str) -> None:
    answer = job.ask(role, "GET", path.format(endpoint=job.endpoint, name=job.name))
    links = answer.body["properties"]["outputs"]["links"]
    keyed = [text for text in strings(answer.body) if KEYS.search(text)]

    assert sorted(keyed) == sorted(links[name] for name in ("predictions", "receipt", "errors"))
    for link in keyed:
        assert {"sp": ["r"], "sr": ["b"]}.items() <= parse_qs(urlsplit(link).query).items()
        status, text = job.text(link)
        assert (200, False) == (status, SECRET in text)
        name = urlsplit(link).path.rpartition("/")[2]
        assert 403 == job.text(link.replace(f"/{name}?", "/job.json?"))[0]
    assert SECRET not in json.dumps(answer.body)


@pytest.mark.parametrize("role", ROLES)
def test_links_of_a_runs_details_open_a_log_each_and_nothing_else(job: Job, role: str) -> None:
    answer = job.ask(role, "GET", f"{HISTORY}/runs/{job.name}/details")
    links = [text for text in strings(answer.body) if KEYS.search(text)]

    assert links
    assert {f"/logs/{job.name}"} == {urlsplit(link).path for link in links}
    for link in links:
        status, text = job.text(link)
        assert (200, False) == (status, SECRET in text)
        assert 403 == job.text(link.replace("name=", "name=x"))[0]


@pytest.mark.parametrize(("role", "has_key"), [("invoker", False), ("contributor", True)])
def test_only_contributors_are_handed_the_hubs_key(job: Job, role: str, *, has_key: bool) -> None:
    body = job.invoke(role)
    job.stack.ended(body)

    keyed = [text for text in strings(body) if KEYS.search(text)]
    assert has_key == bool(keyed)
    assert has_key == ("purgeHistoryDeleteUri" in body)
    if has_key:
        status = parse_qs(urlsplit(body["statusQueryGetUri"]).query)
        assert ["false"] == status["showInput"]


def test_an_invoker_follows_a_job_by_the_url_that_invoke_answered(job: Job) -> None:
    """202 with Location and Retry-After while it runs, then 200 with the end in customStatus."""
    started = job.invoke("invoker")
    url, seen = started["statusQueryGetUri"], list[Answer]()
    assert not urlsplit(url).query

    def is_over() -> bool:
        seen.append(job.ask("reader", "GET", url))
        return seen[-1].status == 200

    wait_until(is_over)

    first, last = seen[0], seen[-1].body
    assert (202, url) == (first.status, first.headers["location"])
    assert int(first.headers["retry-after"]) > 0
    assert ("Running", None) == (first.body["runtimeStatus"], first.body["input"])
    assert ("score_job", "Completed") == (last["name"], last["runtimeStatus"])
    assert (started["name"], None) == (last["instanceId"], last["input"])
    assert ("Completed", "Completed") == (last["customStatus"]["status"], last["output"]["status"])
    assert 1 == last["customStatus"]["tally"]["failed_files"]
    assert last["createdTime"] <= last["lastUpdatedTime"]
    assert 404 == job.ask("reader", "GET", url.replace(job.endpoint, "model-is-there")).status


def test_an_invoker_ends_a_job_by_the_url_that_invoke_answered(job: Job) -> None:
    files = {f"{number}.csv": csv_of((1, 1)) for number in range(60)}
    started = job.invoke("invoker", job.stack.upload("handed-out-long", files))

    assert 403 == job.ask("reader", "POST", started["terminatePostUri"]).status
    assert job.ask("invoker", "POST", started["terminatePostUri"]).status in {200, 202}

    assert "Canceled" == job.stack.ended(started)["status"]
    wait_until(lambda: job.ask("reader", "GET", started["statusQueryGetUri"]).status == 200)
    status = job.ask("reader", "GET", started["statusQueryGetUri"]).body
    assert "Canceled" == status["customStatus"]["status"]


def permissions(job: Job, role: str, datastore: str) -> str:
    url = f"{WORKSPACE}/datastores/{datastore}/listSecrets"
    sas: str = job.ask(role, "POST", url, {}).body["sasToken"]
    return parse_qs(sas)["sp"][0]


@pytest.fixture(scope="module")
def models(stack: Stack) -> str:
    """A datastore of its own for models, as the docs advise; it may be asked for twice."""
    for name in ("only-models", "only-data"):
        with suppress(ResourceExistsError):
            stack.blobs.create_container(name)
    for name, content in MODEL_FILES.items():
        stack.blobs.get_container_client("only-models").upload_blob(
            f"m/{name}", content, overwrite=True
        )
    account = stack.send("GET", f"{WORKSPACE}/datastores/workspaceblobstore").body["properties"]
    for name, place in (("only_models", "only-models"), ("only_data", "only-data")):
        kind = {"datastoreType": "AzureBlob", "accountName": account["accountName"]}
        stack.put(f"/datastores/{name}", {"properties": {**kind, "containerName": place}})
    uri = "azureml://datastores/only_models/paths/m"
    stack.put("/models/guarded/versions/1", {"properties": {"modelUri": uri}})
    return "only_models"


@pytest.mark.parametrize(
    ("role", "datastore", "granted"),
    [
        ("reader", "workspaceblobstore", "rl"),
        ("invoker", "workspaceblobstore", "rcwl"),
        ("contributor", "workspaceblobstore", "rcwl"),
        ("reader", "workspaceartifactstore", "rl"),
        ("invoker", "workspaceartifactstore", "rl"),
        ("contributor", "workspaceartifactstore", "rcwl"),
        ("reader", "workspaceinbox", "rl"),
        ("invoker", "workspaceinbox", "rcwl"),
        ("reader", "only_data", "rl"),
        ("invoker", "only_data", "rcwl"),
        ("contributor", "only_data", "rcwl"),
        ("reader", "only_models", "rl"),
        ("invoker", "only_models", "rl"),
        ("contributor", "only_models", "rcwl"),
    ],
)
def test_a_datastores_secret_writes_what_the_role_may_write(
    job: Job, models: str, role: str, datastore: str, granted: str
) -> None:
    """Who writes models decides what runs: that is for contributors, outside the default store."""
    assert models
    assert sorted(granted) == sorted(permissions(job, role, datastore))


@pytest.mark.parametrize("role", ["reader", "invoker"])
@pytest.mark.parametrize("kind", ["codes", "models", "data"])
def test_containers_to_upload_assets_to_are_for_contributors(
    job: Job, role: str, kind: str
) -> None:
    url = f"{WORKSPACE}/{kind}/x/versions/1/startPendingUpload"

    assert 403 == job.ask(role, "POST", url, {}).status


def test_a_secret_of_the_environment_is_in_no_history_and_no_log(job: Job) -> None:
    """Neither is its name: what orchestrations and activities hand on is counts and keys."""
    host = job.stack.state / "host"
    hub = b"".join(path.read_bytes() for path in host.glob("devhost.db*"))
    assert job.name.encode() in hub
    assert SECRET.encode() not in hub
    assert b"API_KEY" not in hub
    assert SECRET not in job.stack.log.read_text()

    reports = job.stack.blobs.get_container_client("batch-jobs")
    names = list(reports.list_blob_names(name_starts_with=f"{job.name}/"))
    holding = [name for name in names if SECRET.encode() in reports.download_blob(name).readall()]
    assert [f"{job.name}/job.json"] == holding


def test_the_hubs_key_forges_no_job_and_deletes_no_endpoint(job: Job) -> None:
    """A contributor's: with an invoker's answer not even the door is found."""
    started = job.invoke("contributor")
    job.stack.ended(started)
    parts = urlsplit(started["statusQueryGetUri"])
    base = parts.path.partition("/instances/")[0]
    before = without_links(job.stack.job(started))

    def forge(orchestrator: str, instance: str, given: Any) -> Any:
        path = f"{base}/orchestrators/{orchestrator}/{instance}?{parts.query}"
        url = job.ask("contributor", "POST", path, given).body["statusQueryGetUri"]
        wait_until(lambda: job.ask("contributor", "GET", url).status == 200)
        return job.ask("contributor", "GET", url).body["output"]

    unknown = forge("score_job", "forged-job", {"job": "forged-job"})
    assert ("Failed", "There is no job") == (unknown["status"], unknown["reason"][:15])
    spec = forge("score_job", "with-spec", {"spec": {"name": "with-spec"}})
    assert "does not fit" in spec["reason"]
    again = forge("score_job", started["name"], {"job": started["name"]})
    assert "Completed" == again["status"]
    assert "Failed" == forge("retire_endpoint", "x_1", {"endpoint": "x", "deletion": ""})["state"]
    given = {"endpoint": job.endpoint, "deletion": ""}
    assert "Failed" == forge("retire_endpoint", f"{job.endpoint}_", given)["state"]

    assert before == without_links(job.stack.job(started))
    own = job.ask("reader", "GET", f"{WORKSPACE}/batchEndpoints/{job.endpoint}")
    assert "Succeeded" == own.body["properties"]["provisioningState"]
    assert 404 == job.ask("reader", "GET", f"{WORKSPACE}/jobs/with-spec").status
