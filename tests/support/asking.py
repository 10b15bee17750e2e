"""Asks the routes that look into a job, as a reader does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.api.http import Response
from shared.services import Services
from tests.support.orchestrations import Orchestrations
from tests.support.requests import http_request


@dataclass(frozen=True)
class Asked:
    services: Services
    hub: Orchestrations

    def respond(
        self, handler: Any, *, query: Mapping[str, str] | None = None, etag: str = "", **path: str
    ) -> Response:
        headers = {"if-none-match": etag} if etag else {}
        request = http_request(
            role="reader",
            query=dict(query or {}),
            headers=headers,
            endpoint="endpoint",
            job="job-1",
            **path,
        )
        place = f"/{handler.__name__}/{'/'.join(path.values())}"
        response: Response = handler(
            replace(request, requested_path=place), self.services, self.hub
        )
        return response

    def read(self, handler: Any, path: Mapping[str, str] | None = None, **query: str) -> Any:
        """The body; a query's name may have an underscore at its end."""
        named = {name.strip("_"): value for name, value in query.items()}
        response = self.respond(handler, query=named, **path or {})
        return json.loads(response.data) if response.data is not None else response.body
