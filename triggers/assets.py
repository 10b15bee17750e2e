"""Assets in ARM: models, data, code and environments, each version once and for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.paging import cut, page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Handler, Route, register
from shared.api.view import archived_states, is_oldest_first
from shared.api.workspace import WORKSPACE, asset_id, enveloped, lasting_body
from shared.api.writes import write_of
from shared.application import asset_kinds
from shared.application.asset_kinds import AssetKind
from shared.application.delete_asset import delete_asset
from shared.domain.asset import Asset
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_assets as arm
from shared.schemas import bodies
from shared.schemas.shapes import BodyShape
from shared.services import Services
from shared.stores.registry import (
    Stored,
    newest_first,
    time_key,
)

bp = df.Blueprint()


@dataclass(frozen=True)
class Assets[A: Asset]:
    """The assets of one kind, and their JSON."""

    kind: AssetKind[A]
    read: Callable[[str, str, JSON], A]
    write: Callable[[A], JSON]

    @property
    def path(self) -> str:
        return self.kind.path

    def put(self, request: Request, services: Services, _: Orchestrations) -> Response:
        body = lasting_body(request, services.settings, services.datastores.account_url)
        requested = self.read(*_key(request), body)
        entry, is_new = services.register_asset(self.kind, requested, write_of(request))
        return self._answer(entry, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def get(self, request: Request, services: Services, _: Orchestrations) -> Response:
        repository = self.kind.repository(services.registry)
        return self._answer(repository.get(*_key(request)), services, HTTPStatus.OK)

    def versions(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """The versions of one name: newest first, or as `$orderBy=createdtime asc` has it."""
        states, after = archived_states(request), start_after(request)
        entries = newest_first(self.kind.repository(services.registry).every(request.path["name"]))
        if is_ascending := is_oldest_first(request):
            entries.reverse()
        found, more = cut(
            (
                entry
                for entry in entries
                if entry.resource.is_archived in states
                and (not after or (_time_key(entry) > after) is is_ascending)
                and _time_key(entry) != after
            ),
            page_size(request),
        )
        last = _time_key(found[-1]) if more else ""
        return page(request, [self.body(entry, services) for entry in found], last=last)

    def delete(self, request: Request, services: Services, _: Orchestrations) -> Response:
        """Take the version off the registry; its files stay. What is in use is a Conflict."""
        delete_asset(services.registry, self.kind, *_key(request), write_of(request))
        return Response(HTTPStatus.OK)

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

    def _answer(self, entry: Stored[A], services: Services, status: int) -> Response:
        return Response(status, self.body(entry, services), etag_header(entry.etag))

    def body(self, entry: Stored[A], services: Services) -> JSON:
        asset = entry.resource
        own_id = asset_id(services.settings, self.path, asset.id.name, asset.id.version)
        kind = f"{self.path}/versions"
        return enveloped(entry, kind, own_id, asset.id.version, self.write(asset))


def _key(request: Request) -> tuple[str, str]:
    return request.path["name"], request.path["version"]


def _time_key[A: Asset](entry: Stored[A]) -> str:
    """Sorts as the versions do."""
    moment, version = time_key(entry)
    return f"{moment:%Y%m%dT%H%M%S.%f} {version}"


MODELS = Assets(asset_kinds.MODELS, arm.read_model, arm.write_model)
DATA = Assets(asset_kinds.DATA, arm.read_data, arm.write_data)
DATASETS = Assets(asset_kinds.DATA, arm.read_dataset, arm.write_data)
"""Data, registered as the REST article of 2021 does it."""

CODES = Assets(asset_kinds.CODES, arm.read_code, arm.write_code)
ENVIRONMENTS = Assets(asset_kinds.ENVIRONMENTS, arm.read_environment, arm.write_environment)


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
    Route(
        "put_dataset",
        "PUT",
        f"{WORKSPACE}/datasets/{{name}}/versions/{{version}}",
        Role.CONTRIBUTOR,
        DATASETS.put,
        docs=RouteDocs("Register data by the body of 2021.", body=bodies.DATASET),
    ),
    *CODES.routes("code", bodies.CODE, list_codes),
    *ENVIRONMENTS.routes("environment", bodies.ENVIRONMENT),
)
register(bp, ROUTES)
