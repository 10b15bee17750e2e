"""Status URLs: plain GETs follow a job to its end, and only invoke hands out the hub's key."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.api.routes import Route
from shared.domain.role import Role
from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support.route_table import ROUTES
from tests.support.stack import WORKSPACE, Answer, Stack
from tests.support.waiting import wait_until

# Without what wants a signed link, and pages and their files, which are the same for everybody.
FOR_READERS = [
    route
    for route in ROUTES
    if route.role in {None, Role.READER}
    and route.name != "read_log"
    and (
        route.template.startswith("studio/api") or not route.template.startswith(("studio", "docs"))
    )
]
# What asks for a proof of who signs in, the deliveries of a job that has no webhook of its own, and
# what one that was canceled need not have.
MAY_REFUSE = {"studio_enter", "studio_begin", "studio_leave", "list_files_of_group"}
MAY_REFUSE |= {"get_delivery_of_scoring_uri", "get_delivery_of_endpoint"}
MAY_REFUSE |= {"get_job_log", "get_minibatch", "preview_output"}
RUNNING = {"Pending", "Running"}
DURABLE_API = "/runtime/webhooks"
BAD = b"none,of,its,columns\n"


class Jobs:
    """An endpoint with one of each resource, and jobs over two files or more."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.endpoint = deploy_on(
            stack, "status-urls", miniBatchSize=1, environmentVariables={"SLEEP_S": "0.3"}
        )
        self.uri = stack.upload("status-urls", {"a.csv": csv_of((1, 1)), "b.csv": BAD})
        self.codes = stack.upload("status-codes", {"score.py": b"def init(): ...\n"})
        self.given = {"x": {"jobInputType": "UriFolder", "uri": self.uri}}
        self._put_one_of_each()
        keys = json.loads((stack.state / "host/keys.json").read_text())
        self.keys = [str(key) for key in keys.values()]

    def _put_one_of_each(self) -> None:
        for path, properties in {
            "/data/walked/versions/1": {"dataUri": self.uri, "dataType": "uri_folder"},
            "/codes/walked/versions/1": {"codeUri": self.codes},
            "/environments/walked/versions/1": {"image": "mcr.microsoft.com/x:1"},
            "/computes/walked": {
                "computeType": "AmlCompute",
                "properties": {"scaleSettings": {"maxNodeCount": 1}},
            },
            "/schedules/walked": {
                "trigger": {"triggerType": "Cron", "expression": "0 0 1 1 *"},
                "action": {
                    "actionType": "InvokeBatchEndpoint",
                    "endpointInvocationDefinition": {
                        "endpointName": self.endpoint,
                        "properties": {"inputData": self.given},
                    },
                },
            },
            # Nobody listens there: its deliveries are tried again for a day.
            f"/batchEndpoints/{self.endpoint}/webhooks/walked": {"url": "http://127.0.0.1:1024/"},
        }.items():
            self.stack.put(path, {"properties": properties})

    def invoke(self, role: str = "contributor", **settings: Any) -> Any:
        body = {"properties": {"inputData": self.given, **settings}}
        answer = self.ask(role, "POST", f"/endpoints/{self.endpoint}/jobs", body)
        assert 201 == answer.status, answer.body
        return answer.body

    def ask(self, role: str, method: str, url: str, body: Any = None) -> Answer:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.stack.send(
            method, path, body, token=self.stack.token(role=role) if role else "-"
        )

    def path_of(self, route: Route, job: str) -> str:
        names = {
            "subscription": WORKSPACE.split("/")[2],
            "group": "local",
            "workspace": "local",
            "endpoint": self.endpoint,
            "deployment": "main",
            "job": job,
            "run": job,
            "name": "doubler" if "models/" in route.template else "walked",
            "version": "1",
            "datastore": "workspaceblobstore",
            "compute": "walked",
            "schedule": "walked",
            "watch": "inbox",
            "output": "predictions" if route.name == "preview_output" else "receipt",
            "operation": self.operation,
            "webhook": "walked",
            "delivery": self.delivery if "{delivery}" in route.template else "",
            "number": "0",
            "cause": self.cause_in(job) if "{cause}" in route.template else "",
            "part": "log",
        }
        return "/" + re.sub(r"\{(\w+)[^}]*\}", lambda found: names[found[1]], route.template)

    @property
    def delivery(self) -> str:
        """The newest of what the webhook was told, or would have been."""
        path = f"{WORKSPACE}/batchEndpoints/{self.endpoint}/webhooks/walked/deliveries"
        told = wait_until(lambda: self.ask("reader", "GET", path).body["value"])
        return str(told[0]["name"])

    def cause_in(self, job: str) -> str:
        """The first cause of a job's errors; none, where it has none."""
        answer = self.ask("reader", "GET", f"/endpoints/{self.endpoint}/jobs/{job}/errors/groups")
        return next((str(group["id"]) for group in answer.body["groups"]), "none")

    @property
    def operation(self) -> str:
        """The one that made the endpoint, as its document names it."""
        answer = self.ask("reader", "GET", f"{WORKSPACE}/batchEndpoints/{self.endpoint}")
        url = answer.body["properties"]["properties"]["AzureAsyncOperationUri"]
        return urlsplit(str(url)).path.rpartition("/")[2]


@pytest.fixture(scope="module")
def jobs(stack: Stack) -> Jobs:
    return Jobs(stack)


def body_of(route: Route, job: str) -> Any:
    bodies = {"get_run_data": {"runId": job}, "resolve_uris": {"values": [f"azureml:{job}"]}}
    return None if route.method == "GET" else bodies.get(route.name, {})


def check_harmless(answer: Answer, keys: list[str]) -> None:
    """No key of the host, no address of the Durable API, and signatures that only read."""
    text = json.dumps([answer.body, answer.headers])
    assert not any(key in text for key in keys)
    assert DURABLE_API not in text
    assert not re.search(r"[?&]code=", text, re.IGNORECASE)
    for signed in re.findall(r'[^"\s]*[?&]sig=[^"\s]*', text):
        rights = parse_qs(urlsplit(signed).query or signed).get("sp", [""])[0]
        assert set(rights) <= set("rl"), signed
        assert rights or "/logs/" in signed


@pytest.fixture(scope="module")
def ended(jobs: Jobs) -> str:
    """A job that has ended and was canceled before, of which there is a receipt."""
    started = jobs.invoke("invoker")
    check_harmless(jobs.ask("invoker", "POST", started["terminatePostUri"]), jobs.keys)
    jobs.stack.ended(started)
    return str(started["name"])


@pytest.mark.parametrize("role", ["reader", "contributor"])
def test_no_answer_to_who_may_read_has_a_key_that_ends_jobs(
    jobs: Jobs, ended: str, role: str
) -> None:
    """Every route that a reader may ask, each with something that is there."""
    seen = set[int]()
    for route in FOR_READERS:
        path = jobs.path_of(route, ended)
        answer = jobs.ask(role, route.method, path, body_of(route, ended))

        fine = {200, 202, 302} | ({400, 401, 403, 404, 409} if route.name in MAY_REFUSE else set())
        assert answer.status in fine, (route.name, answer.body)
        if role == "reader" or not path.endswith("/listSecrets"):
            check_harmless(answer, jobs.keys)
        seen.add(answer.status)
    assert 200 in seen


def test_nor_has_one_while_a_job_runs(jobs: Jobs) -> None:
    """Some answers are another status then, or a refusal."""
    started = jobs.invoke("invoker")
    while_running = [route for route in FOR_READERS if "{job}" in route.template]
    assert while_running
    for route in while_running:
        path = jobs.path_of(route, started["name"])
        answer = jobs.ask("reader", route.method, path, body_of(route, started["name"]))
        assert answer.status in {200, 202, 302, 404, 409}, (route.name, answer.body)
        check_harmless(answer, jobs.keys)
    jobs.ask("invoker", "POST", started["terminatePostUri"])
    jobs.stack.ended(started)


def test_an_invokers_answers_have_no_key_either(jobs: Jobs) -> None:
    invocation = {"properties": {"inputData": jobs.given}}
    for path, body in (
        (f"/endpoints/{jobs.endpoint}/jobs", invocation),
        (f"{WORKSPACE}/batchEndpoints/{jobs.endpoint}/jobs", invocation),
        (f"{WORKSPACE}/schedules/walked/trigger", {}),
    ):
        answer = jobs.ask("invoker", "POST", path, body)

        assert answer.status in {200, 201}, answer.body
        check_harmless(answer, jobs.keys)


def test_who_has_only_the_durable_url_follows_the_job_to_its_end(jobs: Jobs) -> None:
    """Each 202 says where to ask next, without the input; no token is sent."""
    started, seen = jobs.invoke(), list[Answer]()
    url = started["statusQueryGetUri"]
    assert any(key in url for key in jobs.keys)

    def is_over() -> bool:
        seen.append(jobs.ask("", "GET", seen[-1].headers["location"] if seen else url))
        return seen[-1].status != 202

    wait_until(is_over)

    assert ([202], 200) == (sorted({one.status for one in seen[:-1]}), seen[-1].status)
    for one in seen[:-1]:
        query = parse_qs(urlsplit(one.headers["location"]).query)
        assert ["false"] == query["showInput"]
        assert int(one.headers["retry-after"]) > 0
    assert {None} == {one.body["input"] for one in seen}
    assert {one.body["runtimeStatus"] for one in seen[:-1]} <= RUNNING
    assert "Completed" == seen[-1].body["runtimeStatus"]


@pytest.mark.parametrize(
    ("settings", "is_canceled", "status"),
    [
        ({"errorThreshold": -1}, False, "Completed"),
        ({"errorThreshold": 0}, False, "Failed"),
        ({"errorThreshold": -1}, True, "Canceled"),
    ],
)
def test_both_status_urls_end_in_the_jobs_end(
    jobs: Jobs, settings: Any, status: str, *, is_canceled: bool
) -> None:
    """The Durable API's is what the SDK replayed, the service's own what the document says."""
    started = jobs.invoke(**settings)
    if is_canceled:
        jobs.ask("invoker", "POST", f"{WORKSPACE}/jobs/{started['name']}/cancel")
    jobs.stack.ended(started)
    durable = started["statusQueryGetUri"]
    wait_until(lambda: jobs.ask("", "GET", durable).status == 200)

    its = jobs.ask("", "GET", durable).body
    own = jobs.ask("reader", "GET", f"/endpoints/{jobs.endpoint}/jobs/{started['name']}/status")

    assert (200, status) == (own.status, own.body["customStatus"]["status"])
    assert its["customStatus"] == own.body["customStatus"]
    assert its["output"] == own.body["output"]
    assert "Completed" == its["runtimeStatus"] == own.body["runtimeStatus"]


def test_a_terminated_job_is_canceled_at_the_services_own_url(jobs: Jobs) -> None:
    """What the Durable API shows of it stays what its orchestration said last."""
    started = jobs.invoke()
    own = f"/endpoints/{jobs.endpoint}/jobs/{started['name']}/status"
    wait_until(lambda: jobs.ask("reader", "GET", own).body["customStatus"])
    ending = jobs.ask("", "POST", started["terminatePostUri"].replace("{text}", "enough"))
    assert 202 == ending.status

    wait_until(lambda: jobs.ask("reader", "GET", own).status == 200)

    body = jobs.ask("reader", "GET", own).body
    assert ("Terminated", "Canceled") == (body["runtimeStatus"], body["customStatus"]["status"])
    assert "terminated by the Durable API" in body["output"]["reason"]
