"""OpenAPI: every route is told, with the bodies that its reader takes and every refusal."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

import function_app
from shared.api.error_responses import STATUSES
from shared.api.openapi_document import Scope, document
from shared.api.routes import Route, registered
from tests.support.route_table import ROUTES

WRITING = [route for route in ROUTES if route.method in {"POST", "PUT", "PATCH"}]


def whole() -> Any:
    assert function_app.app, "it registers every route"
    known = {"subscription": "s", "group": "g", "workspace": "w"}
    return document(registered(), Scope("Batch endpoints", "http://x", known=known))


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in whole()["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items())


def test_every_route_is_documented_and_every_documented_route_is_served() -> None:
    assert {route.name for route in ROUTES} == {told["operationId"] for _, _, told in operations()}
    assert set(ROUTES) == set(registered())


@pytest.mark.parametrize("route", WRITING, ids=[route.name for route in WRITING])
def test_a_route_that_writes_tells_its_body_or_that_it_takes_none(route: Route) -> None:
    """Give the route `docs=RouteDocs(body=...)`: a shape of `schemas/bodies.py`, or NO_BODY."""
    assert route.docs.body is not None


def test_every_parameter_of_a_template_is_documented() -> None:
    for path, _, told in operations():
        named = [one["name"] for one in told["parameters"] if one["in"] == "path"]
        assert re.findall(r"\{(\w+)\}", path) == named


def test_every_operation_wants_a_token_unless_its_door_is_open() -> None:
    roles = {route.name: route.role for route in ROUTES}
    for _, _, told in operations():
        role = roles[told["operationId"]]
        assert ([{"bearer": []}] if role else []) == told["security"]
        assert not role or role.name.lower() in told["description"]


def test_every_refusal_is_reported_with_its_code() -> None:
    told = whole()["components"]["responses"]
    for _, _, operation in operations():
        assert {str(status) for status in STATUSES.values()} | {"500"} <= set(
            operation["responses"]
        )
    for kind, status in STATUSES.items():
        assert kind("", fix="").code in told[f"Error{status}"]["description"]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(whole())
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        found: Any = whole()
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_every_schema_is_one() -> None:
    for schema in whole()["components"]["schemas"].values():
        assert jsonschema_rs.meta.is_valid(schema)


def test_two_bodies_never_share_a_name() -> None:
    shapes = [route.docs.body for route in ROUTES if route.docs.body]
    by_name = {shape.name: shape for shape in shapes}

    assert all(by_name[shape.name] is shape for shape in shapes)


def test_a_body_never_takes_a_shared_schemas_name() -> None:
    named = {route.docs.body.name for route in ROUTES if route.docs.body}

    assert not named & {"Resource", "Page", "Document", "Error"}
