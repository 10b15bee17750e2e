"""ARM CRUD of assets: models, data, code and environments, each version once and for ever."""

from collections.abc import Callable
from dataclasses import dataclass

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.routes import Route, register
from shared.domain.asset import Asset
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.schemas import arm_assets as arm
from shared.services import Services
from shared.stores.registry import Entry, Registry, Shelf, unchanged
from triggers.workspace import WORKSPACE, asset_id, check_workspace, enveloped, own_body, who

bp = df.Blueprint()
OK, CREATED = 200, 201


@dataclass(frozen=True)
class Kind[A: Asset]:
    """One kind of asset: its folder in ARM's paths, its shelf, and its JSON."""

    path: str
    shelf: Callable[[Registry], Shelf[A]]
    read: Callable[[str, str, JSON], A]
    write: Callable[[A], JSON]
    check: Callable[[A, Services], object] = lambda _asset, _services: None
    note: Callable[[A, Services], object] = lambda _asset, _services: None

    def put(self, request: Request, services: Services) -> Response:
        check_workspace(request, services.settings)
        body = own_body(request, services.settings)
        asset = self.read(request.path["name"], request.path["version"], body)
        self.check(asset, services)
        entry, is_new = self.shelf(services.registry).save(
            asset, asset.id.name, asset.id.version, by=who(request), merge=unchanged
        )
        self.note(entry.resource, services)
        return Response(CREATED if is_new else OK, self.body(entry, services))

    def get(self, request: Request, services: Services) -> Response:
        check_workspace(request, services.settings)
        shelf = self.shelf(services.registry)
        entry = shelf.get(request.path["name"], request.path["version"])
        return Response(OK, self.body(entry, services))

    def versions(self, request: Request, services: Services) -> Response:
        check_workspace(request, services.settings)
        entries, last = self.shelf(services.registry).page(
            request.path["name"], after=start_after(request), size=page_size(request)
        )
        return page(request, [self.body(entry, services) for entry in entries], last=last)

    def routes(self, noun: str) -> tuple[Route, Route]:
        template = f"{WORKSPACE}/{self.path}/{{name}}/versions/{{version}}"
        return (
            Route(f"put_{noun}", "PUT", template, Role.CONTRIBUTOR, self.put),
            Route(f"get_{noun}", "GET", template, Role.READER, self.get),
        )

    def body(self, entry: Entry[A], services: Services) -> JSON:
        asset = entry.resource
        own_id = asset_id(services.settings, self.path, asset.id.name, asset.id.version)
        kind = f"{self.path}/versions"
        return enveloped(entry, kind, own_id, asset.id.version, self.write(asset))


def _check_place(uri: str, services: Services, *, target: str) -> None:
    """Raise unless the files' container is one to read from; an upload's is the asset's now."""
    location, _ = services.inputs.resolve(uri, target=target)
    services.uploads.claim(location.container)


MODELS = Kind(
    "models",
    lambda registry: registry.models,
    arm.read_model,
    arm.write_model,
    lambda model, services: _check_place(model.uri, services, target="properties.modelUri"),
)
DATA = Kind(
    "data",
    lambda registry: registry.data,
    arm.read_data,
    arm.write_data,
    lambda data, services: _check_place(data.uri, services, target="properties.dataUri"),
)
CODES = Kind(
    "codes",
    lambda registry: registry.codes,
    arm.read_code,
    arm.write_code,
    lambda code, services: _check_place(code.uri, services, target="properties.codeUri"),
    lambda code, services: services.code_hashes.note(code),
)
ENVIRONMENTS = Kind(
    "environments",
    lambda registry: registry.environments,
    arm.read_environment,
    arm.write_environment,
)


def list_codes(request: Request, services: Services) -> Response:
    """A name's versions; with `hash`, the code of that content, whatever its name."""
    if "hash" not in request.query:
        return CODES.versions(request, services)
    check_workspace(request, services.settings)
    version = request.query.get("hashversion", "")
    found = services.code_hashes.find(request.query["hash"], version)
    return page(request, [CODES.body(found, services)] if found else [])


ROUTES = (
    *MODELS.routes("model"),
    *DATA.routes("data"),
    *CODES.routes("code"),
    Route("list_codes", "GET", f"{WORKSPACE}/codes/{{name}}/versions", Role.READER, list_codes),
    *ENVIRONMENTS.routes("environment"),
)
register(bp, ROUTES)
