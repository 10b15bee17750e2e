"""Delete an endpoint with all its deployments; its jobs and their outputs stay.

A deletion is a mark on the endpoint and an orchestration. Whoever meets the mark - the client that
repeats its request, or one that reads - starts the orchestration again if nobody carries it on.
"""

import uuid

from shared.application.starting import ensure_started
from shared.application.waiting import wait_until
from shared.application.write import Write
from shared.domain.endpoint import Endpoint
from shared.domain.function_names import RETIRE_ENDPOINT
from shared.ports import Orchestrations
from shared.stores.registry import Registry, Stored


def delete_endpoint(
    registry: Registry, orchestrations: Orchestrations, name: str, write: Write, *, within_s: float
) -> tuple[Endpoint, bool]:
    """The endpoint with its mark, and whether it is gone within a while: usually it is."""
    deletion = uuid.uuid4().hex
    marked = registry.endpoints.change(
        lambda old: old if old.deletion else old.model_copy(update={"deletion": deletion}),
        name,
        by=write.by,
        if_match=write.if_match,
    ).resource
    resume_deletion(marked, orchestrations)
    return marked, _wait_until_deleted(marked, registry, within_s=within_s)


def resume_deletion(endpoint: Endpoint, orchestrations: Orchestrations) -> None:
    """Start the deletion's orchestration, unless it is under way or nobody asked for one."""
    if endpoint.deletion:
        task = endpoint.deletion_task
        ensure_started(orchestrations, RETIRE_ENDPOINT, task.instance, task.to_wire(), again=True)


def _wait_until_deleted(endpoint: Endpoint, registry: Registry, *, within_s: float) -> bool:
    def look() -> Stored[Endpoint] | None:
        return registry.endpoints.find(endpoint.name)

    def is_deleted(found: Stored[Endpoint] | None) -> bool:
        return found is None or found.resource.deletion != endpoint.deletion

    return is_deleted(wait_until(is_deleted, look(), look, within_s=within_s))
