"""Asset containers in ARM: what all versions of one asset are called and tagged, and which is next.

A container is there with its first version, or once it is put.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import azure.durable_functions as df

from shared.api.conditions import conditions, etag_header
from shared.api.http import Request, Response
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.view import archived_states
from shared.api.workspace import WORKSPACE, enveloped, own_body, who, workspace_id
from shared.domain.asset import Asset, AssetContainer
from shared.domain.errors import NotFound
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_assets as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Registry, Repository, Stored, newest_first

bp = df.Blueprint()
_PUT = RouteDocs("Archive, restore, tag or describe all versions.", body=bodies.CONTAINER)
OK, CREATED = 200, 201


@dataclass(frozen=True)
class Found[A: Asset]:
    """A container, and its versions, newest first; `name` is its key, in lower case."""

    name: str
    entry: Stored[AssetContainer]
    versions: list[Stored[A]]


@dataclass(frozen=True)
class Containers[A: Asset]:
    """The containers of one kind of asset."""

    path: str
    noun: str
    repository: Callable[[Registry], Repository[A]]

    def put(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """Archive, restore, tag or describe all versions at once."""
        asked = arm.read_container(request.path["name"], own_body(request, services.settings))
        before, guard = self._find(asked.name, services), conditions(request)
        name = before.entry.resource.name if before else asked.name
        services.registry.containers.save(
            asked.model_copy(update={"name": name}),
            self.path,
            name,
            by=who(request),
            if_match=guard.if_match,
            if_absent=guard.if_absent,
        )
        return self._answer(self._get(name, services), services, OK if before else CREATED)

    def get(self, request: Request, services: Services, _: Orchestrations) -> Response:
        return self._answer(self._get(request.path["name"], services), services, OK)

    def list(self, request: Request, services: Services, _: Orchestrations) -> Response:
        shown = archived_states(request)
        found, more = cut(
            (
                one
                for one in self._after(start_after(request), services)
                if one.entry.resource.is_archived in shown
            ),
            page_size(request),
        )
        last = found[-1].name if more else ""
        return page(request, [self._body(one, services) for one in found], last=last)

    def routes(self, noun: str) -> tuple[Route, ...]:
        every = f"{WORKSPACE}/{self.path}"
        one = f"{every}/{{name}}"
        return (
            Route(f"list_{noun}_containers", "GET", every, Role.READER, self.list),
            Route(f"get_{noun}_container", "GET", one, Role.READER, self.get),
            Route(f"put_{noun}_container", "PUT", one, Role.CONTRIBUTOR, self.put, docs=_PUT),
        )

    def _after(self, after: str, services: Services) -> Iterator[Found[A]]:
        registry = services.registry
        names = self.repository(registry).folders() | set(registry.containers.names(self.path))
        for name in sorted(names):
            if name > after and (found := self._find(name, services)):
                yield found

    def _get(self, name: str, services: Services) -> Found[A]:
        """Raises NotFound."""
        found = self._find(name, services)
        if found is None:
            raise NotFound(
                f"There is no {self.noun} '{name}'.",
                fix=f"Register its first version at {self.path}/{name}/versions/1.",
                target=name,
            )
        return found

    def _find(self, name: str, services: Services) -> Found[A] | None:
        versions = newest_first(self.repository(services.registry).every(name))
        entry = services.registry.containers.find(self.path, name)
        if entry is None and not versions:
            return None
        return Found(name.lower(), entry or _implied(versions), versions)

    def _answer(self, found: Found[A], services: Services, status: int) -> Response:
        return Response(status, self._body(found, services), etag_header(found.entry.etag))

    def _body(self, found: Found[A], services: Services) -> JSON:
        container = found.entry.resource
        versions = [entry.resource.id.version for entry in found.versions]
        properties = arm.write_container(
            container,
            latest=versions[0] if versions else "",
            following=str(max(map(_number, versions), default=0) + 1),
        )
        if found.versions:
            properties = arm.container_extras(found.versions[0].resource) | properties
        own_id = f"{workspace_id(services.settings)}/{self.path}/{container.name}"
        return enveloped(found.entry, self.path, own_id, container.name, properties)


def _implied[A: Asset](versions: list[Stored[A]]) -> Stored[AssetContainer]:
    """The container of versions that nobody put one for: as old as the first of them."""
    first = versions[-1]
    return Stored(resource=AssetContainer(name=first.resource.id.name), written=first.written)


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() else 0


MODELS = Containers("models", "model", lambda registry: registry.models)
DATA = Containers("data", "data asset", lambda registry: registry.data)
CODES = Containers("codes", "code", lambda registry: registry.codes)
ENVIRONMENTS = Containers("environments", "environment", lambda registry: registry.environments)

ROUTES = (
    *MODELS.routes("model"),
    *DATA.routes("data"),
    *CODES.routes("code"),
    *ENVIRONMENTS.routes("environment"),
)
register(bp, ROUTES)
