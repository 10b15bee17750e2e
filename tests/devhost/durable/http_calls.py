"""Calls of the Durable HTTP API that many tests make."""

from typing import Any

from aiohttp import ClientResponse

from tests.devhost.durable.conftest import Http
from tests.devhost.durable.hubs import KEY, until

API = "/runtime/webhooks/durabletask"
QUERY = f"taskHub=TestHub&connection=Storage&code={KEY}"


async def started(http: Http, name: str, given: Any = None, instance_id: str = "") -> str:
    path = f"{API}/orchestrators/{name}" + (f"/{instance_id}" if instance_id else "")
    response = await http.post(path, json=given)
    assert 202 == response.status, await response.text()
    return str((await response.json())["id"])


async def ended(http: Http, instance_id: str, query: str = "") -> ClientResponse:
    async def is_over() -> ClientResponse | None:
        response = await http.get(f"{API}/instances/{instance_id}{query}")
        return response if response.status != 202 else None

    response = await until(is_over)
    assert response is not None
    return response


async def has_status(http: Http, instance_id: str, status: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any] | None:
        response = await http.get(f"{API}/instances/{instance_id}")
        body: dict[str, Any] = await response.json()
        return body if body["runtimeStatus"] == status else None

    body = await until(reached)
    assert body is not None
    return body
