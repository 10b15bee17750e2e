"""Odd requests, made from the OpenAPI document: refused in ARM's shape, never a fault of ours.

`FUZZ_EXAMPLES=500 ./run test tests/service/test_fuzz.py` looks longer.
"""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.api.openapi_document import Scope, document
from shared.api.routes import Route
from tests.service.conftest import deploy_on
from tests.support.route_table import ROUTES
from tests.support.stack import WORKSPACE, Stack

# Requests per operation and kind: where there is a body there is more to get wrong.
WITH_BODY = int(os.environ.get("FUZZ_EXAMPLES", "6"))
WITHOUT_BODY = max(1, WITH_BODY // 3)
FUZZED = "fuzzed"
OWN = WORKSPACE.split("/")
KNOWN = {"subscription": OWN[2], "group": "local", "workspace": "local"}
THERE = {**KNOWN, "endpoint": FUZZED, "deployment": "main"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(
    document(ROUTES, Scope("Batch endpoints", "http://service.invalid", known=KNOWN))
)
FOUND = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {operation.definition.raw["operationId"]: operation for operation in FOUND}


def briefly(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,  # the same requests in every run, until the document changes
        deadline=None,
        phases=[Phase.generate],  # to shrink a request takes long, and tells little more
        suppress_health_check=list(HealthCheck),
        database=None,
    )


@pytest.fixture(scope="module")
def endpoint(stack: Stack) -> str:
    return deploy_on(stack, FUZZED)


@pytest.fixture(scope="module")
def session(stack: Stack) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.headers["Authorization"] = f"Bearer {stack.token()}"
        yield made


def secrets_of(stack: Stack, session: requests.Session) -> list[str]:
    parts = dict(
        part.split("=", 1) for part in stack.facts["storage_connection_string"].split(";") if part
    )
    return [parts["AccountKey"], str(session.headers["Authorization"]).split(".")[1], "sig="]


def is_answered(answer: requests.Response) -> bool:
    """A datastore that was put without credentials wants an identity, and there is none here."""
    return answer.status_code < 500 or "No SAS can be signed" in answer.text


def check(case: Any, answer: Any, secrets: list[str]) -> None:
    text = answer.text
    assert "Traceback" not in text
    if answer.status_code >= 400:
        assert not [secret for secret in secrets if secret in text]
    if text or answer.status_code != 404:  # the host itself answers a path that is no route's
        case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("mode", schemathesis.GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_odd_request_is_refused_and_breaks_nothing(
    stack: Stack, endpoint: str, session: requests.Session, name: str, mode: Any
) -> None:
    operation, url = OPERATIONS[name], stack.url
    secrets, log_before = secrets_of(stack, session), stack.log.stat().st_size
    there = {one.name: THERE[one.name] for one in operation.path_parameters if one.name in THERE}

    anywhere = operation.as_strategy(generation_mode=mode)
    here = operation.as_strategy(generation_mode=mode, path_parameters=there)

    @briefly(WITH_BODY if operation.body else WITHOUT_BODY)
    @given(case=st.one_of(here, anywhere))
    def ask(case: Any) -> None:
        check(case, case.call(base_url=url, session=session), secrets)

    ask()

    assert "internal error" not in stack.log.read_text()[log_before:]


WITH_EXAMPLES = [route for route in ROUTES if route.docs.body and route.docs.body.examples]
NAMES = {**THERE, "name": "m", "version": "1", "deployment": "new", "job": "none"}
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["azureml:x@latest", "PT0S", "../..", "1e9", "\0", "x" * 70_000, 10**30]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def path_of(route: Route) -> str:
    return "/" + re.sub(r"\{(\w+)[^}]*\}", lambda m: NAMES.get(m[1], "fuzzed"), route.template)


def places(body: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every field of a body, by its path."""
    if not isinstance(body, dict):
        return [path]
    return [path, *(place for name in body for place in places(body[name], (*path, name)))]


def with_odd(body: Any, place: tuple[str, ...], odd: Any) -> Any:
    """The body with another value in that place."""
    if not place:
        return odd
    return {**body, place[0]: with_odd(body[place[0]], place[1:], odd)}


@pytest.mark.parametrize("route", WITH_EXAMPLES, ids=[route.name for route in WITH_EXAMPLES])
def test_one_odd_value_in_a_good_body_breaks_nothing(
    stack: Stack, endpoint: str, session: requests.Session, route: Route
) -> None:
    assert route.docs.body is not None
    url, secrets = stack.url + path_of(route), secrets_of(stack, session)
    log_before = stack.log.stat().st_size
    example = st.sampled_from(list(route.docs.body.examples))
    bodies = example.flatmap(
        lambda body: st.builds(with_odd, st.just(body), st.sampled_from(places(body)), ODD)
    )

    @briefly(2 * WITH_BODY)
    @given(body=bodies)
    def ask(body: Any) -> None:
        answer = session.request(route.method, url, json=body)

        assert is_answered(answer), answer.text
        assert answer.status_code < 400 or answer.json()["error"]["code"]
        assert "Traceback" not in answer.text
        assert answer.status_code < 400 or not [one for one in secrets if one in answer.text]

    ask()

    assert "internal error" not in stack.log.read_text()[log_before:]


@pytest.mark.parametrize("route", WITH_EXAMPLES, ids=[route.name for route in WITH_EXAMPLES])
def test_each_example_of_the_document_is_understood(
    stack: Stack, endpoint: str, session: requests.Session, route: Route
) -> None:
    """It may be refused for what it refers to, which is not there; never for its form."""
    assert route.docs.body is not None
    for example in route.docs.body.examples:
        answer = session.request(route.method, stack.url + path_of(route), json=example)

        assert is_answered(answer), answer.text
        assert "is not a field" not in answer.text


def test_the_served_documents_are_the_ones_that_are_fuzzed(stack: Stack) -> None:
    endpoint = "documented"
    stack.put(f"/batchEndpoints/{endpoint}", {"properties": {}})
    served = stack.send("GET", "/openapi.json").body
    own = stack.send("GET", f"{WORKSPACE}/batchEndpoints/{endpoint}").body["properties"]
    swagger = stack.send("GET", own["swaggerUri"].removeprefix(stack.url)).body

    expected = document(ROUTES, Scope("Batch endpoints", stack.url, known=KNOWN))
    assert json.loads(json.dumps(expected["paths"])) == served["paths"]
    told = ("/deliveries", "/deliveries/{delivery}", "/deliveries/{delivery}/redeliver")
    inside = ("/shards", "/minibatches", "/minibatches/{number}", "/timeline", "/insights")
    errors = ("/errors/groups", "/errors/groups/{cause}", "/logs", "/log")
    outputs = ("/outputs", "/outputs/{output}", "/outputs/{output}/preview", "/partial")
    parts = ("", "/status", *outputs, *told, *inside, *errors)
    of_job = {f"/jobs/{{job}}{part}" for part in parts}
    assert {"/jobs", "/swagger.json"} | of_job == set(swagger["paths"])
    assert [{"url": f"{stack.url}/endpoints/{endpoint}"}] == swagger["servers"]


def test_an_endpoint_that_is_not_there_has_no_document(stack: Stack) -> None:
    answer = stack.send("GET", "/endpoints/nowhere/swagger.json")

    assert (404, "NotFound") == (answer.status, answer.body["error"]["code"])
