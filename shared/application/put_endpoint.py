"""Put an endpoint: create it, or replace what is said of it."""

import uuid
from datetime import UTC, datetime

from shared.application.default_deployment import check_default, check_default_again
from shared.application.write import Write
from shared.domain.endpoint import Endpoint
from shared.stores.registry import Registry, Stored


def put_endpoint(
    registry: Registry, requested: Endpoint, write: Write
) -> tuple[Stored[Endpoint], bool]:
    """The endpoint, and whether it is new. Its default must exist, before and after."""
    before = registry.endpoints.find(requested.name)
    default = check_default(requested.default_deployment, before, requested.name, registry)
    new = requested.model_copy(
        update={"default_deployment": default, "incarnation": _new_incarnation()}
    )
    saved, is_new = registry.endpoints.save(
        new,
        requested.name,
        by=write.by,
        merge=lambda old, new: new.replacing(old),
        if_match=write.if_match,
        if_absent=write.if_absent,
    )
    check_default_again(default, before, saved, registry, is_new=is_new)
    return saved, is_new


def _new_incarnation() -> str:
    """Later ones sort after earlier ones."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}"
