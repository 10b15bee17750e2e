"""Put a watch: create it, or change its rules; what it has accepted stays accepted."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.write import Write
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.reference import parse_datastore_path
from shared.domain.watch import INBOX_STORE, Watch, WatchState
from shared.stores.datastores import Datastores
from shared.stores.registry import Registry, Stored

MOST = 20  # watches of one endpoint: each is looked at by every sweep
# Where jobs write that name no output, in the default datastore.
DEFAULT_OUTPUTS = "azureml"
FOLDER, OUTPUT = "properties.source.folder", "properties.output.uri"


@dataclass(frozen=True)
class PutWatch:
    registry: Registry
    datastores: Datastores

    def __call__(
        self, endpoint: Endpoint, requested: Watch, write: Write
    ) -> tuple[Stored[Watch], bool]:
        """The watch, and whether it is new. Raises Conflict, InvalidRequest and NotFound."""
        endpoint.check_stays()
        self._check(endpoint, requested)
        incarnation = endpoint.incarnation if requested.is_built_in else _new_incarnation()
        owned = {"incarnation": incarnation, "endpoint_incarnation": endpoint.incarnation}
        key = (endpoint.name, requested.name)
        if self.registry.watches.find(*key) is None:
            self._check_room(endpoint)
        return self.registry.watches.save(
            requested.model_copy(update=owned),
            *key,
            by=write.by,
            merge=lambda old, new: new.replacing(old),
            if_match=write.if_match,
            if_absent=write.if_absent,
        )

    def _check(self, endpoint: Endpoint, watch: Watch) -> None:
        source = watch.source
        container = self.datastores.container(source.datastore, target="properties.source")
        if source.datastore.lower() == INBOX_STORE and not watch.is_built_in:
            raise InvalidRequest(
                f"The datastore '{source.datastore}' has the inboxes, which are watched already.",
                fix="Change the watch 'inbox' instead, or watch another datastore.",
                target="properties.source.datastoreName",
            )
        if watch.deployment and watch.state is not WatchState.PAUSED:  # one can be stopped always
            self.registry.deployment(endpoint, watch.deployment)
        is_default = container == self.datastores.container(self.datastores.default, target=FOLDER)
        if is_default and _lies_in(f"{source.folder}/", DEFAULT_OUTPUTS):
            raise InvalidRequest(
                f"Jobs write their predictions below '{DEFAULT_OUTPUTS}/', which is not watched.",
                fix="Watch another folder.",
                target=FOLDER,
            )
        if watch.output:
            self._check_output(watch, container)

    def _check_output(self, watch: Watch, container: str) -> None:
        output = watch.output_of(0, datetime.now(UTC))
        path = parse_datastore_path(output, target=OUTPUT)
        written = self.datastores.container(path.datastore, target=OUTPUT)
        if written == container and _lies_in(path.path, watch.source.folder):
            raise InvalidRequest(
                f"The output '{watch.output}' lies in the watched folder '{watch.source.folder}'.",
                fix="Write elsewhere, else each job would start another.",
                target=OUTPUT,
            )

    def _check_room(self, endpoint: Endpoint) -> None:
        if len(self.registry.watches.names(endpoint.name)) >= MOST:
            raise Conflict(
                f"Endpoint '{endpoint.name}' has {MOST} watches, and may have no more.",
                fix="Delete one first.",
                target="watch",
            )


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _new_incarnation() -> str:
    """Later ones sort after earlier ones."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}"
