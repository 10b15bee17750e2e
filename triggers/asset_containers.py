"""Asset containers in ARM: what is said of all versions of an asset, and which is next."""

from dataclasses import dataclass
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.view import archived_states
from shared.api.workspace import WORKSPACE, enveloped, own_body, workspace_id
from shared.api.writes import write_of
from shared.application import asset_kinds
from shared.application.asset_kinds import AssetKind
from shared.application.find_container import FoundContainer, get_container, list_containers
from shared.application.put_container import put_container
from shared.domain.asset import Asset
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_assets as arm
from shared.schemas import bodies
from shared.services import Services

bp = df.Blueprint()
_PUT = RouteDocs("Archive, restore, tag or describe all versions.", body=bodies.CONTAINER)


@dataclass(frozen=True)
class Containers[A: Asset]:
    """The containers of one kind of asset."""

    kind: AssetKind[A]

    def put(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """Archive, restore, tag or describe all versions at once."""
        requested = arm.read_container(request.path["name"], own_body(request, services.settings))
        found, is_new = put_container(services.registry, self.kind, requested, write_of(request))
        return self._answer(found, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def get(self, request: Request, services: Services, _: Orchestrations) -> Response:
        found = get_container(services.registry, self.kind, request.path["name"])
        return self._answer(found, services, HTTPStatus.OK)

    def list(self, request: Request, services: Services, _: Orchestrations) -> Response:
        states = archived_states(request)
        every = list_containers(services.registry, self.kind, after=start_after(request))
        wanted = (one for one in every if one.entry.resource.is_archived in states)
        found, more = cut(wanted, page_size(request))
        last = found[-1].name if more else ""
        return page(request, [self._body(one, services) for one in found], last=last)

    def routes(self, noun: str) -> tuple[Route, ...]:
        every = f"{WORKSPACE}/{self.kind.path}"
        one = f"{every}/{{name}}"
        return (
            Route(f"list_{noun}_containers", "GET", every, Role.READER, self.list),
            Route(f"get_{noun}_container", "GET", one, Role.READER, self.get),
            Route(f"put_{noun}_container", "PUT", one, Role.CONTRIBUTOR, self.put, docs=_PUT),
        )

    def _answer(self, found: FoundContainer[A], services: Services, status: int) -> Response:
        return Response(status, self._body(found, services), etag_header(found.entry.etag))

    def _body(self, found: FoundContainer[A], services: Services) -> JSON:
        container = found.entry.resource
        versions = [entry.resource.id.version for entry in found.versions]
        properties = arm.write_container(
            container,
            latest=versions[0] if versions else "",
            following=str(max(map(_number, versions), default=0) + 1),
        )
        if found.versions:
            properties = arm.container_extras(found.versions[0].resource) | properties
        own_id = f"{workspace_id(services.settings)}/{self.kind.path}/{container.name}"
        return enveloped(found.entry, self.kind.path, own_id, container.name, properties)


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() else 0


MODELS = Containers(asset_kinds.MODELS)
DATA = Containers(asset_kinds.DATA)
CODES = Containers(asset_kinds.CODES)
ENVIRONMENTS = Containers(asset_kinds.ENVIRONMENTS)

ROUTES = (
    *MODELS.routes("model"),
    *DATA.routes("data"),
    *CODES.routes("code"),
    *ENVIRONMENTS.routes("environment"),
)
register(bp, ROUTES)
