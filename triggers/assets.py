"""Assets in ARM: models, data, code and environments, each version once and for ever."""

from collections.abc import Callable
from dataclasses import dataclass

import azure.durable_functions as df

from shared.api.conditions import conditions, etag_header
from shared.api.http import Request, Response
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Handler, Route, register
from shared.api.view import archived_states
from shared.api.workspace import WORKSPACE, asset_id, enveloped, own_body, who
from shared.domain.asset import Asset, AssetId, Code, Data, Model
from shared.domain.errors import Conflict
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_assets as arm
from shared.schemas import bodies
from shared.schemas.shapes import BodyShape
from shared.services import Services
from shared.stores.registry import (
    Registry,
    Repository,
    Stored,
    newest_first,
    place_in_time,
    unchanged,
)

bp = df.Blueprint()
OK, CREATED = 200, 201


@dataclass(frozen=True)
class Kind[A: Asset]:
    """One kind of asset: its folder in ARM's paths, its noun, its shelf, and its JSON."""

    path: str
    noun: str
    repository: Callable[[Registry], Repository[A]]
    read: Callable[[str, str, JSON], A]
    write: Callable[[A], JSON]
    placed: Callable[[A, Services], A] = lambda asset, _services: asset
    note: Callable[[A, Services], object] = lambda _asset, _services: None

    def put(self, request: Request, services: Services, _: Orchestrations) -> Response:
        body = own_body(request, services.settings)
        asset = self.read(request.path["name"], request.path["version"], body)
        asset = self._spelled(self.placed(asset, services), services)
        guard = conditions(request)
        entry, is_new = self.repository(services.registry).save(
            asset,
            asset.id.name,
            asset.id.version,
            by=who(request),
            merge=unchanged,
            if_match=guard.if_match,
            if_absent=guard.if_absent,
        )
        self.note(entry.resource, services)
        return self._answer(entry, services, CREATED if is_new else OK)

    def get(self, request: Request, services: Services, _: Orchestrations) -> Response:
        repository = self.repository(services.registry)
        return self._answer(repository.get(*self._key(request)), services, OK)

    def versions(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """The versions of one name: newest first, or as `$orderBy=createdtime asc` has it."""
        shown, after = archived_states(request), start_after(request)
        entries = newest_first(self.repository(services.registry).every(request.path["name"]))
        if is_ascending := request.query.get("$orderby", "").lower().endswith(" asc"):
            entries.reverse()
        found, more = cut(
            (
                entry
                for entry in entries
                if entry.resource.is_archived in shown
                and (not after or (_place(entry) > after) is is_ascending)
                and _place(entry) != after
            ),
            page_size(request),
        )
        last = _place(found[-1]) if more else ""
        return page(request, [self.body(entry, services) for entry in found], last=last)

    def delete(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """Take the version off the registry; its files stay. What is in use is a Conflict."""
        repository, key = self.repository(services.registry), self._key(request)
        entry = repository.get(*key)
        self._check_unused(entry.resource.id, services)
        repository.delete(*key, if_match=conditions(request).if_match)
        try:
            self._check_unused(entry.resource.id, services)
        except Conflict:  # a deployment was put in between
            repository.restore(entry, *key)
            raise
        return Response(OK)

    def routes(
        self, noun: str, body: BodyShape, versions: Handler | None = None
    ) -> tuple[Route, ...]:
        """`versions` lists them, if this kind has a way of its own to."""
        every = f"{WORKSPACE}/{self.path}/{{name}}/versions"
        one = f"{every}/{{version}}"
        return (
            Route(
                f"put_{noun}",
                "PUT",
                one,
                Role.CONTRIBUTOR,
                self.put,
                docs=RouteDocs(body=body),
            ),
            Route(f"get_{noun}", "GET", one, Role.READER, self.get),
            Route(f"delete_{noun}", "DELETE", one, Role.CONTRIBUTOR, self.delete),
            Route(f"list_{noun}_versions", "GET", every, Role.READER, versions or self.versions),
        )

    def _key(self, request: Request) -> tuple[str, str]:
        return request.path["name"], request.path["version"]

    def _spelled(self, asset: A, services: Services) -> A:
        """The asset under its name as it was spelled first."""
        first, _ = self.repository(services.registry).page(asset.id.name, size=1)
        if not first:
            return asset
        own_id = AssetId(name=first[0].resource.id.name, version=asset.id.version)
        return asset.model_copy(update={"id": own_id})

    def _check_unused(self, asset: AssetId, services: Services) -> None:
        users = services.registry.users(lambda deployment: deployment.uses(self.path, asset))
        if users:
            raise Conflict(
                f"The {self.noun} '{asset}' is used by the deployments {', '.join(users)}.",
                fix="Delete them, or deploy another version there, first.",
                target="version",
            )

    def _answer(self, entry: Stored[A], services: Services, status: int) -> Response:
        return Response(status, self.body(entry, services), etag_header(entry.etag))

    def body(self, entry: Stored[A], services: Services) -> JSON:
        asset = entry.resource
        own_id = asset_id(services.settings, self.path, asset.id.name, asset.id.version)
        kind = f"{self.path}/versions"
        return enveloped(entry, kind, own_id, asset.id.version, self.write(asset))


def _place[A: Asset](entry: Stored[A]) -> str:
    """Sorts as the versions do."""
    moment, version = place_in_time(entry)
    return f"{moment:%Y%m%dT%H%M%S.%f} {version}"


def _placed[A: (Model, Data, Code)](asset: A, services: Services, *, target: str) -> A:
    """The asset with its files' own address, if it named a data asset.

    Raises unless their container is one to read from; an upload's is the asset's now.
    """
    uri = services.inputs.address(asset.uri, target=target)
    location, _ = services.inputs.resolve(uri, target=target)
    services.uploads.claim(location.container)
    return asset.model_copy(update={"uri": uri})


MODELS = Kind(
    "models",
    "model",
    lambda registry: registry.models,
    arm.read_model,
    arm.write_model,
    lambda model, services: _placed(model, services, target="properties.modelUri"),
)
DATA = Kind(
    "data",
    "data asset",
    lambda registry: registry.data,
    arm.read_data,
    arm.write_data,
    lambda data, services: _placed(data, services, target="properties.dataUri"),
)
CODES = Kind(
    "codes",
    "code",
    lambda registry: registry.codes,
    arm.read_code,
    arm.write_code,
    lambda code, services: _placed(code, services, target="properties.codeUri"),
    lambda code, services: services.code_hashes.note(code),
)
ENVIRONMENTS = Kind(
    "environments",
    "environment",
    lambda registry: registry.environments,
    arm.read_environment,
    arm.write_environment,
)


def list_codes(request: Request, services: Services, _: Orchestrations) -> Response:
    """A name's versions; with `hash`, the code of that content, whatever its name."""
    if "hash" not in request.query:
        return CODES.versions(request, services, _)
    version = request.query.get("hashversion", "")
    found = services.code_hashes.find(request.query["hash"], version)
    return page(request, [CODES.body(found, services)] if found else [])


ROUTES = (
    *MODELS.routes("model", bodies.MODEL),
    *DATA.routes("data", bodies.DATA),
    *CODES.routes("code", bodies.CODE, list_codes),
    *ENVIRONMENTS.routes("environment", bodies.ENVIRONMENT),
)
register(bp, ROUTES)
