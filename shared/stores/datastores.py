"""Datastores: which container a name stands for, and which URLs are the service's own.

The built-in ones come from the settings and are always there; the others are in the registry.
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote, urlsplit

from shared.domain import place
from shared.domain.asset import Code, Data, Model
from shared.domain.bucket_path import BucketPath
from shared.domain.caller import Author, CallerType
from shared.domain.datastore import (
    ARTIFACT_CONTAINER,
    SCHEMES,
    Datastore,
    OtherAccount,
    StorageAccount,
    check_open,
)
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.reference import BlobUrl, DatastorePath, parse_input
from shared.domain.resolved_deployment import Location
from shared.stores.other_urls import OtherUrls
from shared.stores.registry import Registry, Repository, Stored, SystemData

# Whoever wants to delete a datastore is shown so many of its users.
MOST_USERS = 5
ASSET_LEVELS = 2

SERVICE = Author(name="the service", type=CallerType.APPLICATION)


class Datastores:
    """Thread-safe. `built_in` are the containers of the built-in ones, the default's first."""

    def __init__(
        self,
        registry: Registry,
        account: StorageAccount,
        built_in: dict[str, str],
        others: OtherUrls,
    ) -> None:
        self._registry = registry
        self._others = others
        self.account = account
        self.default = next(iter(built_in))
        written = SystemData.now(SERVICE)
        self._built_in = {
            name.lower(): Stored[Datastore](
                resource=Datastore(name=name, container=container), written=written
            )
            for name, container in built_in.items()
        }

    @property
    def account_url(self) -> str:
        return self.account.url

    def url_of(self, location: Location) -> str:
        """A blob's URL, without anything that opens it."""
        return f"{self._container_url(location.container)}/{quote(location.path)}"

    def _container_url(self, container: str) -> str:
        datastore, inside = place.datastore_of(container)
        if datastore and (other := self.other_account(datastore)):
            return f"{other.url}/{inside}"
        own = f"{self.account_url}/{container}"
        return own if place.is_own(container) else place.words(container)

    def is_default(self, datastore: Datastore) -> bool:
        return datastore.name.lower() == self.default.lower()

    def get(self, name: str, *, target: str = "datastore") -> Stored[Datastore]:
        """Raises NotFound, which says what there is instead."""
        entry = self._built_in.get(name.lower()) or self._registry.datastores.find(name)
        if entry is None:
            there = [*self._built_in, *self._registry.datastores.names()[:MOST_USERS]]
            raise NotFound(
                f"There is no datastore '{name}'.",
                fix=f"Use one of: {', '.join(there)}.",
                target=target,
            )
        return entry

    def other_account(self, name: str) -> OtherAccount | None:
        """The account of a datastore elsewhere, if there is one of that name."""
        found = self._registry.datastores.find(name)
        return found.resource.other if found else None

    def page(self, *, after: str, size: int) -> tuple[list[Stored[Datastore]], str]:
        """At most `size` datastores in name order, after the key `after`.

        Also the key after which the next page begins, empty if this is the last.
        """
        registered, more = self._registry.datastores.page(after=after, size=size)
        built_in = [entry for key, entry in self._built_in.items() if key > after]
        found = sorted([*built_in, *registered], key=lambda entry: entry.resource.name.lower())
        shown = found[:size]
        is_last = len(found) <= size and not more
        return shown, "" if is_last else shown[-1].resource.name.lower()

    def save(
        self, datastore: Datastore, *, by: Author, if_match: str = "", if_absent: bool = False
    ) -> tuple[Stored[Datastore], bool]:
        """Create or replace; returns the entry and whether it is new.

        Raises Conflict for a built-in one, and PreconditionFailed.
        """
        self.check_not_built_in(datastore.name)
        return self._registry.datastores.save(
            datastore,
            datastore.name,
            by=by,
            merge=lambda old, new: new.replacing(old),
            if_match=if_match,
            if_absent=if_absent,
        )

    def container(self, name: str, *, target: str) -> str:
        """The place of its container; raises NotFound."""
        return self.get(name, target=target).resource.place

    def blob(self, url: BlobUrl, *, target: str) -> Location:
        """The place and path of a URL.

        Raises InvalidRequest for what only the service may touch, and for what it never reads.
        """
        own = urlsplit(self.account_url)
        prefix = own.path.rstrip("/") + "/"
        if url.host != own.netloc.lower() or not url.path.startswith(prefix):
            return self._others.locate(url, target=target)
        container, _, path = url.path.removeprefix(prefix).partition("/")
        return Location(container=check_open(container, target=target), path=path.strip("/"))

    def bucket(self, reference: BucketPath, *, target: str) -> Location:
        """By the datastore of that bucket, the first in name order.

        Raises NotFound, which says how one is made.
        """
        for entry in self._registry.datastores.iterate(levels=1):
            store = entry.resource
            is_its = SCHEMES.get(store.kind) == reference.scheme
            if is_its and store.container == reference.bucket:
                return Location(container=store.place, path=reference.path.strip("/"))
        kind = "amazon_s3" if reference.scheme == "s3" else "google_cloud_storage"
        raise NotFound(
            f"'{reference}' is in the bucket '{reference.bucket}', which no datastore opens.",
            fix=f"Create a datastore of type {kind} with bucket: {reference.bucket}, and its "
            "credentials unless it is public.",
            target=target,
        )

    def hold(self, location: Location, job: str) -> None:
        """Note that a job needs what opens its input; to be called before there is the job."""
        self._others.hold(location, job)

    def may_invokers_write(self, container: str) -> bool:
        """Whether nothing that runs lies there, nor logs; the default one is for uploads anyway.

        Who writes a container of models or code decides what the service runs.
        """
        if container == self.get(self.default).resource.place:
            return True
        shelves: tuple[Repository[Model] | Repository[Code], ...] = (
            self._registry.models,
            self._registry.codes,
        )
        uris = (entry.resource.uri for one in shelves for entry in one.iterate(levels=ASSET_LEVELS))
        return container != ARTIFACT_CONTAINER and all(
            self._container_of(uri) != container for uri in uris
        )

    def _container_of(self, uri: str) -> str:
        """Where an asset lies; nowhere, if its datastore is gone."""
        reference = parse_input(uri, target="uri")
        try:
            if isinstance(reference, DatastorePath):
                return self.container(reference.datastore, target="uri")
            if isinstance(reference, BucketPath):
                return self.bucket(reference, target="uri").container
            if isinstance(reference, BlobUrl):
                return self.blob(reference, target="uri").container
        except (InvalidRequest, NotFound):
            pass
        return ""

    def check_unused(self, name: str) -> None:
        """Raise Conflict for one that registered assets lie in."""
        users = list(islice(self._users(name), MOST_USERS))
        if users:
            raise Conflict(
                f"The datastore '{name}' is in use: {', '.join(users)}.",
                fix="Delete what lies in it first.",
                target="datastore",
            )

    def check_not_built_in(self, name: str) -> None:
        """Raise Conflict for one that the settings made."""
        if name.lower() in self._built_in:
            raise Conflict(
                f"The datastore '{name}' is built in, and stays as it is.",
                fix="Choose another name.",
                target="datastore",
            )

    def _users(self, name: str) -> Iterator[str]:
        registry = self._registry
        shelves: tuple[tuple[str, Repository[Model] | Repository[Data] | Repository[Code]], ...] = (
            ("model", registry.models),
            ("data asset", registry.data),
            ("code", registry.codes),
        )
        for noun, repository in shelves:
            for entry in repository.iterate(levels=ASSET_LEVELS):
                if _lies_in(entry.resource, name):
                    yield f"{noun} '{entry.resource.id}'"


def _lies_in(asset: Model | Data | Code, datastore: str) -> bool:
    reference = parse_input(asset.uri, target="uri")
    return isinstance(reference, DatastorePath) and reference.datastore.lower() == datastore.lower()
