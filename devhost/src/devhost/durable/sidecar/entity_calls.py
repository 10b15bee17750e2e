"""The calls about entities."""

import uuid
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.hub import TaskHub
from devhost.durable.sidecar import states
from devhost.durable.storage import queries
from devhost.durable.storage.queries import EntityFilter, EntityRow
from devhost.durable.wire_format import optional_micros, text

_PAGE = 100  # entities a page when the client does not say


class EntityCalls:
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub

    async def signal(self, request: pb.SignalEntityRequest) -> pb.SignalEntityResponse:
        await self._hub.entities.signal(
            request.instanceId,
            request.name,
            text(request, "input"),
            request.requestId or str(uuid.uuid4()),
            optional_micros(request, "scheduledTime") or 0,
        )
        return pb.SignalEntityResponse()

    async def get(self, request: pb.GetEntityRequest) -> pb.GetEntityResponse:
        row = await self._hub.store.read(partial(queries.get_entity, entity_id=request.instanceId))
        if row is None:
            return pb.GetEntityResponse(exists=False)
        return pb.GetEntityResponse(exists=True, entity=self._metadata(row, request.includeState))

    async def query(self, request: pb.QueryEntitiesRequest) -> pb.QueryEntitiesResponse:
        wanted = request.query
        limit = wanted.pageSize.value or _PAGE
        chosen = EntityFilter(
            prefix=text(wanted, "instanceIdStartsWith") or "",
            modified_from=optional_micros(wanted, "lastModifiedFrom"),
            modified_to=optional_micros(wanted, "lastModifiedTo"),
            has_transient=wanted.includeTransient,
        )
        after = states.id_before(text(wanted, "continuationToken"))
        rows = await self._hub.store.read(
            partial(queries.list_entities, wanted=chosen, limit=limit, after=after)
        )
        found = [self._metadata(row, wanted.includeState) for row in rows]
        page = states.fitting(found, (entity.ByteSize() for entity in found))
        response = pb.QueryEntitiesResponse(entities=page)
        if len(page) < len(found) or len(found) == limit:
            response.continuationToken.value = states.token_after(page[-1].instanceId)
        return response

    async def clean(self, request: pb.CleanEntityStorageRequest) -> pb.CleanEntityStorageResponse:
        released = await self._hub.entities.release_orphans() if request.releaseOrphanedLocks else 0
        removed = await self._hub.entities.remove_empty() if request.removeEmptyEntities else 0
        return pb.CleanEntityStorageResponse(
            emptyEntitiesRemoved=removed, orphanedLocksReleased=released
        )

    def _metadata(self, row: EntityRow, has_state: bool) -> pb.EntityMetadata:  # noqa: FBT001
        return states.entity_metadata(row, self._hub.entities.backlog(row.id), has_state=has_state)
