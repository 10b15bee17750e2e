"""Requests to handlers, without a host: one workspace, one caller."""

import json
from typing import Any

from shared.api.http import Request
from shared.domain.caller import Caller

WORKSPACE = {
    "subscription": "00000000-0000-0000-0000-000000000000",
    "group": "local",
    "workspace": "local",
}
AT_ONCE = {"prefer": "respond-async"}


def http_request(
    body: Any = None,
    *,
    role: str = "contributor",
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    **path: str,
) -> Request:
    """A request as dispatch hands it on; `path` are the route's parameters."""
    return Request(
        method="",
        path=WORKSPACE | path,
        query=query or {},
        headers=headers or {},
        body=b"" if body is None else json.dumps(body).encode(),
        base_url="http://here",
        caller=Caller(subject="ada", name="Ada", roles=frozenset({role})),
        requested_path="/list",
    )
