"""The service as `./run serve` starts it: closed to foreign web pages, open by its own links."""

import stat
from collections import Counter
from urllib.parse import urlsplit

import pytest

from tests.service.conftest import Deploy
from tests.service.models import csv_of
from tests.support import two_hosts
from tests.support.json_over_http import connect
from tests.support.stack import Stack
from tests.support.waiting import wait_until

DURABLE = "/runtime/webhooks/durabletask"
FORWARDED = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{DURABLE}/orchestrators/score_job"),
        ("GET", f"{DURABLE}/instances"),
        ("DELETE", f"{DURABLE}/instances?createdTimeFrom=2000-01-01"),
        ("GET", "/admin/functions"),
        ("POST", "/admin/functions/score_job"),
        ("GET", "/admin/host/status"),
    ],
)
def test_a_key_is_wanted_even_from_who_has_a_token(stack: Stack, method: str, path: str) -> None:
    assert 401 == stack.send(method, path, {"spec": "made up"}).status


def test_the_links_of_a_job_carry_the_key_and_no_forwarded_host(
    stack: Stack, deploy: Deploy
) -> None:
    uri = stack.upload("web-pages", {"a.csv": csv_of((1, 1))})
    given = {"input": {"jobInputType": "UriFolder", "uri": uri}}
    own = f"/batchEndpoints/{deploy('web-pages')}/deployments/main"
    wait_until(lambda: stack.provisioned(own))
    started = stack.send(
        "POST",
        "/endpoints/web-pages/jobs",
        {"properties": {"inputData": given}},
        headers=FORWARDED,
    )

    assert 201 == started.status, started.body
    status = urlsplit(started.body["statusQueryGetUri"])
    shown = stack.send("GET", f"{status.path}?{status.query}", token="")

    assert "evil" not in str((started.headers, started.body))
    assert shown.status in {200, 202}
    assert 401 == stack.send("GET", status.path).status
    stack.ended(started.body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
@pytest.mark.parametrize("path", ["/endpoints/none/jobs", "/metadata/endpoints", "/nowhere"])
def test_a_page_of_elsewhere_gets_nothing(stack: Stack, headers: dict[str, str], path: str) -> None:
    log_before = stack.log.stat().st_size

    said = refused_text(stack, path, headers)

    assert "--allow-host" in said
    wait_until(lambda: f"Refused POST {path}: " in stack.log.read_text()[log_before:])


def refused_text(stack: Stack, path: str, headers: dict[str, str]) -> str:
    connection = connect(stack.url, stack.trust)
    try:
        connection.request("POST", path, b"{}", headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert 403 == answer.status
    return text


def test_state_and_ready_file_are_their_owners(stack: Stack) -> None:
    private = [stack.state, stack.state / "host", stack.state / "issuer", stack.state / "azurite"]
    secret = [stack.ready, stack.state / "host" / "keys.json", stack.state / "issuer" / "key.pem"]

    assert {0o700} == {stat.S_IMODE(path.stat().st_mode) for path in private}
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in secret}
    assert 0o600 == stat.S_IMODE((stack.state / "host" / "devhost.db-wal").stat().st_mode)


def test_the_start_is_reported_in_a_few_lines(stack: Stack) -> None:
    """Of each host; the first of several works while the others start."""
    start, told, _ = stack.log.read_text().partition("Serving at")
    lines = [line for line in start.splitlines() if line]
    if two_hosts.IS_ON:
        lines = [line for line in lines if "] Executed 'Functions." not in line]
    by_host = Counter(line.partition("|")[0].strip() for line in lines)

    assert told
    assert two_hosts.INSTANCES == len(by_host), start
    assert max(by_host.values()) <= 4, start
    assert two_hosts.INSTANCES == start.count("--routes lists them")
