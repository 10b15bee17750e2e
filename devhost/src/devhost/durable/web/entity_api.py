"""The HTTP calls about entities."""

import json
import uuid
from functools import partial

from aiohttp import web

from devhost.durable.hub import TaskHub
from devhost.durable.sidecar.states import id_before, token_after
from devhost.durable.storage import queries
from devhost.durable.storage.queries import EntityFilter
from devhost.durable.web import times
from devhost.durable.web.call import TOKEN, Call, answer, empty, is_json, message
from devhost.durable.web.status import payload

_PAGE = 100  # entities a page when the client does not say


class EntityApi:
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub

    async def state(self, call: Call) -> web.Response:
        row = await self._hub.store.read(partial(queries.get_entity, entity_id=_id(call)))
        return empty(404) if row is None else answer(payload(row.state))

    async def signal(self, call: Call) -> web.Response:
        """The body is the operation's input: JSON as it is, other text as a JSON string."""
        body = await call.body()
        has_json = call.request.content_type == "application/json"
        if body and has_json and not is_json(body):
            return message(400, "The request body is not valid JSON.")
        data = (body if has_json else json.dumps(body)) if body else None
        operation = call.query("op") or ""
        await self._hub.entities.signal(_id(call), operation, data, str(uuid.uuid4()))
        return empty(202)

    async def delete(self, call: Call) -> web.Response:
        """The entity gets the operation `delete`; what it does with its state is its own affair."""
        await self._hub.entities.signal(_id(call), "delete", None, str(uuid.uuid4()))
        return empty(202)

    async def list_all(self, call: Call) -> web.Response:
        limit = call.count("top", default=_PAGE)
        wanted = EntityFilter(
            prefix=f"@{call.names[0].lower()}@" if call.names else "@",
            modified_from=times.parsed(call.query("lastOperationTimeFrom")),
            modified_to=times.parsed(call.query("lastOperationTimeTo")),
        )
        after = id_before(call.request.headers.get(TOKEN))
        rows = await self._hub.store.read(
            partial(queries.list_entities, wanted=wanted, limit=limit, after=after)
        )
        has_state = call.flag("fetchState")
        listed = [
            {
                "entityId": dict(zip(("name", "key"), row.id.split("@", 2)[1:], strict=True)),
                "lastOperationTime": times.to_second(row.updated),
                "state": payload(row.state) if has_state else None,
            }
            for row in rows
        ]
        more = {TOKEN: token_after(rows[-1].id)} if rows and len(rows) == limit else {}
        return answer(listed, 200, **more)


def _id(call: Call) -> str:
    return f"@{call.names[0].lower()}@{call.names[1]}"
