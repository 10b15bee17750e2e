"""ARM CRUD of assets: models, data, code and environments, each version once and for ever."""

from collections.abc import Callable
from dataclasses import dataclass

import azure.durable_functions as df

from shared.api.about import About
from shared.api.http import Request, Response
from shared.api.routes import Route, register
from shared.domain.asset import Asset
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.schemas import arm_assets as arm
from shared.schemas import bodies
from shared.schemas.shapes import BodyShape
from shared.services import Services
from shared.stores.registry import Entry, Registry, Shelf, unchanged
from triggers.workspace import WORKSPACE, asset_id, check_workspace, enveloped, own_body, who

bp = df.Blueprint()
OK, CREATED = 200, 201


@dataclass(frozen=True)
class Kind[A: Asset]:
    """One kind of asset: its folder in ARM's paths, its shelf, and its JSON."""

    path: str
    body: BodyShape
    shelf: Callable[[Registry], Shelf[A]]
    read: Callable[[str, str, JSON], A]
    write: Callable[[A], JSON]
    check: Callable[[A, Services], object] = lambda _asset, _services: None

    def put(self, request: Request, services: Services) -> Response:
        check_workspace(request, services.settings)
        body = own_body(request, services.settings)
        asset = self.read(request.path["name"], request.path["version"], body)
        self.check(asset, services)
        entry, is_new = self.shelf(services.registry).save(
            asset, asset.id.name, asset.id.version, by=who(request), merge=unchanged
        )
        return Response(CREATED if is_new else OK, self._body(entry, services))

    def get(self, request: Request, services: Services) -> Response:
        check_workspace(request, services.settings)
        shelf = self.shelf(services.registry)
        entry = shelf.get(request.path["name"], request.path["version"])
        return Response(OK, self._body(entry, services))

    def routes(self, noun: str) -> tuple[Route, Route]:
        template = f"{WORKSPACE}/{self.path}/{{name}}/versions/{{version}}"
        return (
            Route(
                f"put_{noun}",
                "PUT",
                template,
                Role.CONTRIBUTOR,
                self.put,
                about=About(f"Register a version of a {noun}.", body=self.body),
            ),
            Route(f"get_{noun}", "GET", template, Role.READER, self.get),
        )

    def _body(self, entry: Entry[A], services: Services) -> JSON:
        asset = entry.resource
        own_id = asset_id(services.settings, self.path, asset.id.name, asset.id.version)
        kind = f"{self.path}/versions"
        return enveloped(entry, kind, own_id, asset.id.version, self.write(asset))


MODELS = Kind(
    "models", bodies.MODEL, lambda registry: registry.models, arm.read_model, arm.write_model
)
DATA = Kind(
    "data",
    bodies.DATA,
    lambda registry: registry.data,
    arm.read_data,
    arm.write_data,
    lambda data, services: services.inputs.resolve(data.uri, target="properties.dataUri"),
)
CODES = Kind(
    "codes",
    bodies.CODE,
    lambda registry: registry.codes,
    arm.read_code,
    arm.write_code,
    lambda code, services: services.inputs.resolve(code.uri, target="properties.codeUri"),
)
ENVIRONMENTS = Kind(
    "environments",
    bodies.ENVIRONMENT,
    lambda registry: registry.environments,
    arm.read_environment,
    arm.write_environment,
)

ROUTES = (
    *MODELS.routes("model"),
    *DATA.routes("data"),
    *CODES.routes("code"),
    *ENVIRONMENTS.routes("environment"),
)
register(bp, ROUTES)
