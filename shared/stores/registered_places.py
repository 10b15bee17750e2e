"""Where the files of registered things lie: models, data and code, in every version."""

from collections.abc import Iterator

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.resolved_deployment import Location
from shared.stores.input_listing import Inputs
from shared.stores.registry import Registry

_TARGET = "uri"


class RegisteredPlaces:
    """Thread-safe."""

    def __init__(self, registry: Registry, inputs: Inputs) -> None:
        self._registry = registry
        self._inputs = inputs

    def all(self) -> Iterator[Location]:
        """Places elsewhere, in nobody's datastore, are none of ours."""
        registry = self._registry
        for repository in (registry.models, registry.data, registry.codes):
            for entry in repository.iterate(levels=2):
                try:
                    yield self._inputs.resolve(entry.resource.uri, target=_TARGET)[0]
                except (NotFound, InvalidRequest):
                    continue
