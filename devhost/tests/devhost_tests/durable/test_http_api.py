import io
import json
import re
from urllib.parse import quote

import pytest
from yarl import URL

from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, QUERY, ended, has_status, started


async def test_starting_answers_202_with_the_links_that_manage_the_instance(http: Http) -> None:
    response = await http.post(f"{API}/orchestrators/waiter/my%20id", json={"a": 1})

    assert 202 == response.status
    assert "application/json; charset=utf-8" == response.headers["Content-Type"]
    assert "10" == response.headers["Retry-After"]
    origin = f"http://{http.host}:{http.port}"
    base = f"{origin}{API}/instances/my%20id"
    body = await response.json()
    assert {
        "id": "my id",
        "statusQueryGetUri": f"{base}?{QUERY}",
        "sendEventPostUri": f"{base}/raiseEvent/{{eventName}}?{QUERY}",
        "terminatePostUri": f"{base}/terminate?reason={{text}}&{QUERY}",
        "purgeHistoryDeleteUri": f"{base}?{QUERY}",
        "restartPostUri": f"{base}/restart?{QUERY}",
        "suspendPostUri": f"{base}/suspend?reason={{text}}&{QUERY}",
        "resumePostUri": f"{base}/resume?reason={{text}}&{QUERY}",
    } == body
    assert response.headers["Location"] == body["statusQueryGetUri"]
    follow = await http.get(body["statusQueryGetUri"].removeprefix(origin))
    assert 202 == follow.status


async def test_links_carry_the_host_that_the_client_asked(http: Http) -> None:
    response = await http.post(f"{API}/orchestrators/chain", headers={"Host": "example.test:81"})

    assert (await response.json())["statusQueryGetUri"].startswith("http://example.test:81/")


async def test_a_running_instance_is_202_and_a_completed_one_200(http: Http) -> None:
    instance_id = await started(http, "waiter", {"given": True})
    response = await http.get(f"{API}/instances/{instance_id}?code=x")

    assert 202 == response.status
    assert "5" == response.headers["Retry-After"]
    assert str(response.url) == response.headers["Location"]
    await http.post(f"{API}/instances/{instance_id}/raiseEvent/go", json=[1])
    response = await ended(http, instance_id)
    body = await response.json()
    assert 200 == response.status
    assert "Location" not in response.headers
    assert [
        "name",
        "instanceId",
        "runtimeStatus",
        "input",
        "customStatus",
        "output",
        "createdTime",
        "lastUpdatedTime",
    ] == list(body)
    assert ("waiter", "Completed", {"given": True}, [1]) == (
        body["name"],
        body["runtimeStatus"],
        body["input"],
        body["output"],
    )
    for name in ("createdTime", "lastUpdatedTime"):
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", body[name])


async def test_paths_match_without_regard_to_case_but_ids_do_not(http: Http) -> None:
    await started(http, "waiter", instance_id="MyId")

    assert 202 == (await http.get("/RUNTIME/WebHooks/DurableTask/Instances/MyId")).status
    assert 202 == (await http.post(f"{API}/instances/MyId/RAISEEVENT/other", json=1)).status
    missing = await http.get(f"{API}/instances/myid")
    assert (404, "") == (missing.status, await missing.text())


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH"])
async def test_other_methods_are_404(http: Http, method: str) -> None:
    instance_id = await started(http, "waiter")

    assert 404 == (await http.request(method, f"{API}/instances/{instance_id}")).status
    assert 404 == (await http.request(method, f"{API}/nothing")).status
    assert 404 == (await http.request(method, API)).status


async def test_a_running_id_is_409_and_names_the_status(http: Http) -> None:
    await started(http, "waiter", instance_id="taken")
    await has_status(http, "taken", "Running")

    response = await http.post(f"{API}/orchestrators/waiter/taken")

    assert 409 == response.status
    text = "An Orchestration instance with the status Running already exists."
    assert {"Message": text} == await response.json()


async def test_an_unknown_function_is_202_and_then_failed(http: Http) -> None:
    instance_id = await started(http, "nowhere")

    body = await (await ended(http, instance_id)).json()

    assert "Failed" == body["runtimeStatus"]
    assert body["output"]["message"].startswith("The function 'nowhere' doesn't exist")


async def test_a_body_that_is_no_json_is_400(http: Http) -> None:
    response = await http.post(f"{API}/orchestrators/chain", data="{oops")

    assert (400, {"Message": "Invalid JSON content"}) == (response.status, await response.json())


@pytest.mark.parametrize(
    "instance_id", ["a%2Fb", "a%5Cb", "a%23b", "a%3Fb", "a%0Ab", "a%7Fb", "x" * 257, "@a@b"]
)
async def test_an_id_that_cannot_be_is_400_with_the_fault(http: Http, instance_id: str) -> None:
    response = await http.post(URL(f"{API}/orchestrators/chain/{instance_id}", encoded=True))

    assert 400 == response.status
    body = await response.json()
    assert ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"] == list(body)
    assert "One or more of the arguments submitted is incorrect" == body["Message"]
    assert "System.ArgumentException" == body["ExceptionType"]
    assert "nstance id" in body["ExceptionMessage"]


async def test_an_id_of_256_odd_characters_may_be(http: Http) -> None:
    instance_id = "é :%&" + "x" * 251
    response = await http.post(f"{API}/orchestrators/chain/{quote(instance_id)}")

    assert (202, instance_id) == (response.status, (await response.json())["id"])


async def test_json_is_compact(http: Http) -> None:
    instance_id = await started(http, "waiter", {"a": [1, 2]})

    text = await (await http.get(f"{API}/instances/{instance_id}")).text()

    assert '"input":{"a":[1,2]},' in text
    assert json.dumps(json.loads(text), separators=(",", ":")) == text


async def test_no_body_is_a_null_input(http: Http) -> None:
    response = await http.post(f"{API}/orchestrators/mirror")
    instance_id = (await response.json())["id"]

    body = await (await ended(http, instance_id)).json()

    assert body["input"] is None
    assert body["output"] is None


async def test_a_start_may_wait_for_the_output(http: Http) -> None:
    quick = await http.post(f"{API}/orchestrators/mirror?timeout=5&pollingInterval=1", json=[7])
    slow = await http.post(f"{API}/orchestrators/waiter?timeout=0.1&pollingInterval=0.1")

    assert (200, [7]) == (quick.status, await quick.json())
    assert 202 == slow.status
    assert "statusQueryGetUri" in await slow.json()


async def test_a_failed_instance_is_200_unless_500_is_asked_for(http: Http) -> None:
    instance_id = await started(http, "raising", "bad\nworse")

    plain = await ended(http, instance_id)
    as_error = await ended(http, instance_id, "?returnInternalServerErrorOnFailure=true")

    assert (200, 500) == (plain.status, as_error.status)
    body = await plain.json()
    assert ("Failed", "builtins.RuntimeError: bad\nworse") == (
        body["runtimeStatus"],
        body["output"],
    )
    assert body == await as_error.json()


async def test_an_empty_failure_can_be_shown(http: Http) -> None:
    body = await (await ended(http, await started(http, "raising", ""))).json()

    assert ("Failed", "builtins.RuntimeError") == (body["runtimeStatus"], body["output"])


async def test_the_input_may_be_left_out(http: Http) -> None:
    instance_id = await started(http, "mirror", {"large": True})

    body = await (await ended(http, instance_id, "?showInput=false")).json()

    assert body["input"] is None


async def test_outputs_of_five_megabytes_pass(http: Http) -> None:
    large = io.BytesIO(json.dumps("x" * 5_000_000).encode())
    response = await http.post(f"{API}/orchestrators/mirror", data=large)
    instance_id = (await response.json())["id"]

    body = await (await ended(http, instance_id)).json()

    assert 5_000_000 == len(body["output"])


async def test_another_hub_is_404_and_another_connection_500(http: Http) -> None:
    instance_id = await started(http, "waiter")

    hub = await http.get(f"{API}/instances/{instance_id}?taskHub=Other")
    connection = await http.get(f"{API}/instances/{instance_id}?connection=Elsewhere")

    assert (404, 500) == (hub.status, connection.status)
    assert {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"} == set(
        await connection.json()
    )
