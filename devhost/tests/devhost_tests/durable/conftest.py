"""Fixtures: a hub that serves the sample app, and its clients over gRPC and over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from azure.durable_functions.client import DurableFunctionsClient

from devhost.durable.http_api import add_durable_routes
from devhost.durable.hub import TaskHub
from devhost_tests.durable.functions import Functions
from devhost_tests.durable.hubs import KEY, ServedHub, client_of, serving
from devhost_tests.durable.sample import sample_functions

type Http = TestClient[web.Request, web.Application]


@pytest.fixture
def functions() -> Functions:
    return sample_functions()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "devhost.db"


@pytest.fixture
async def served(functions: Functions, database: Path) -> AsyncIterator[ServedHub]:
    async with serving(functions, database) as served:
        yield served


@pytest.fixture
def hub(served: ServedHub) -> TaskHub:
    return served.hub


@pytest.fixture
async def client(served: ServedHub) -> AsyncIterator[DurableFunctionsClient]:
    async with client_of(served) as client:
        yield client


@pytest.fixture
async def http(hub: TaskHub) -> AsyncIterator[Http]:
    app = web.Application(client_max_size=100 << 20)
    add_durable_routes(app, hub, system_key=KEY)
    async with TestClient(TestServer(app)) as http:
        yield http
