"""Calls of the Durable HTTP API that many tests make."""

from typing import Any

from aiohttp import ClientResponse

from devhost_tests.durable.conftest import Http
from devhost_tests.durable.hubs import KEY
from devhost_tests.waiting import until_awaited

API = "/runtime/webhooks/durabletask"
QUERY = f"taskHub=TestHub&connection=Storage&code={KEY}"


async def started(http: Http, name: str, argument: Any = None, instance_id: str = "") -> str:
    path = f"{API}/orchestrators/{name}" + (f"/{instance_id}" if instance_id else "")
    response = await http.post(path, json=argument)
    assert 202 == response.status, await response.text()
    return str((await response.json())["id"])


async def ended(http: Http, instance_id: str, query: str = "") -> ClientResponse:
    async def is_over() -> ClientResponse | None:
        response = await http.get(f"{API}/instances/{instance_id}{query}")
        return response if response.status != 202 else None

    response = await until_awaited(is_over)
    assert response is not None
    return response


async def has_status(http: Http, instance_id: str, status: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any] | None:
        response = await http.get(f"{API}/instances/{instance_id}")
        body: dict[str, Any] = await response.json()
        return body if body["runtimeStatus"] == status else None

    body = await until_awaited(reached)
    assert body is not None
    return body
