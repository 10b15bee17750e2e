"""The registry: endpoints, deployments and assets, one guarded document each.

A document holds the resource and who wrote it when (`systemData` to ARM's clients).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from pydantic import AwareDatetime

from shared.domain.asset import Asset, AssetId, Code, Data, Environment, Model
from shared.domain.caller import Author, CallerType
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, NotFound, PreconditionFailed
from shared.domain.message import JSON, Message
from shared.domain.reference import LATEST
from shared.ports import Blobs
from shared.stores.documents import Document, Documents

CONTAINER = "batch-registry"
SHOWN = 500  # characters of an asset in a refusal


class Written(Message):
    """Who created a resource and who changed it last, and when."""

    created_at: AwareDatetime
    created_by: str
    created_by_type: CallerType = CallerType.USER
    last_modified_at: AwareDatetime
    last_modified_by: str
    last_modified_by_type: CallerType = CallerType.USER

    @classmethod
    def now(cls, by: Author, *, since: Self | None = None) -> Self:
        now = datetime.now(UTC)
        return cls(
            created_at=since.created_at if since else now,
            created_by=since.created_by if since else by.name,
            created_by_type=since.created_by_type if since else by.type,
            last_modified_at=now,
            last_modified_by=by.name,
            last_modified_by_type=by.type,
        )


class Entry[R: Message](Message):
    """A resource as the registry holds it."""

    resource: R
    written: Written


class Shelf[R: Message]:
    """The resources of one kind. A key is the name, or the names of the parents and the name.

    With `folds_case`, names that differ in case only are the same, as ARM's resource names are.
    """

    def __init__(
        self,
        documents: Documents,
        folder: str,
        kind: type[R],
        noun: str,
        *,
        folds_case: bool = False,
    ) -> None:
        self._folds_case = folds_case
        self._documents = documents
        self._folder = folder
        self._entry = Entry[kind]  # type: ignore[valid-type]  # a class made at run time
        self._noun = noun

    def get(self, *key: str) -> Entry[R]:
        """Raises NotFound, which says what there is instead."""
        document = self._documents.find(self._name(key))
        if document is None:
            raise NotFound(
                f"There is no {self._noun} '{':'.join(key)}'.", fix=self._hint(key), target=key[-1]
            )
        return self._entry.from_wire(document.body)

    def find(self, *key: str) -> Entry[R] | None:
        document = self._documents.find(self._name(key))
        return self._entry.from_wire(document.body) if document else None

    def save(
        self, resource: R, *key: str, by: Author, merge: Callable[[R, R], R] | None = None
    ) -> tuple[Entry[R], bool]:
        """Create or replace; returns the entry and whether it is new.

        `merge(old, new)` decides what replaces what is there, and may refuse. Raises
        PreconditionFailed when another writer came in between.
        """
        name = self._name(key)
        existing = self._documents.find(name)
        if existing is None:
            return self._create(name, resource, by), True
        return self._replace(name, resource, existing, by, merge), False

    def change(self, change: Callable[[R], R], *key: str) -> Entry[R]:
        """Read, change and write, again while others write in between; raises NotFound."""

        def changed(body: JSON) -> JSON:
            entry: Entry[R] = self._entry.from_wire(body)
            return entry.model_copy(update={"resource": change(entry.resource)}).to_wire()

        return self._entry.from_wire(self._documents.update(self._name(key), changed))

    def names(self, *parents: str) -> list[str]:
        """Names directly under the parents, in name order."""
        prefix = "/".join([self._folder, *parents, ""])
        rest = (name.removeprefix(prefix) for name in self._documents.names(prefix))
        return [name.removesuffix(".json") for name in rest if "/" not in name]

    def _create(self, name: str, resource: R, by: Author) -> Entry[R]:
        entry = self._entry(resource=resource, written=Written.now(by))
        try:
            self._documents.create(name, entry.to_wire())
        except Conflict:
            raise PreconditionFailed(
                f"The {self._noun} was created by somebody else at the same time.",
                fix="Read it, and send the request again if it still differs.",
            ) from None
        return entry

    def _replace(
        self,
        name: str,
        resource: R,
        existing: Document,
        by: Author,
        merge: Callable[[R, R], R] | None,
    ) -> Entry[R]:
        old: Entry[R] = self._entry.from_wire(existing.body)
        merged = merge(old.resource, resource) if merge else resource
        entry = self._entry(resource=merged, written=Written.now(by, since=old.written))
        self._documents.replace(name, entry.to_wire(), if_match=existing.etag)
        return entry

    def _name(self, key: tuple[str, ...]) -> str:
        folded = [name.lower() for name in key] if self._folds_case else key
        return "/".join([self._folder, *folded]) + ".json"

    def _hint(self, key: tuple[str, ...]) -> str:
        there = self.names(*key[:-1])
        if not there:
            return f"There is none yet; create the {self._noun} first."
        return f"Use one of: {', '.join(there[:10])}{', ...' if there[10:] else '.'}"


class Registry:
    """Every kind of resource, by its az ml noun."""

    def __init__(self, blobs: Blobs) -> None:
        documents = Documents(blobs, CONTAINER)
        self.endpoints = Shelf(documents, "endpoints", Endpoint, "batch endpoint", folds_case=True)
        self.deployments = Shelf(
            documents, "deployments", Deployment, "batch deployment", folds_case=True
        )
        self.models = Shelf(documents, "models", Model, "model")
        self.data = Shelf(documents, "data", Data, "data asset")
        self.codes = Shelf(documents, "codes", Code, "code")
        self.environments = Shelf(documents, "environments", Environment, "environment")

    def model(self, asset: AssetId) -> Model:
        """Raises NotFound."""
        return self._asset(self.models, asset)

    def data_asset(self, asset: AssetId) -> Data:
        """Raises NotFound."""
        return self._asset(self.data, asset)

    def code(self, asset: AssetId) -> Code:
        """Raises NotFound."""
        return self._asset(self.codes, asset)

    def environment(self, asset: AssetId) -> Environment:
        """Raises NotFound."""
        return self._asset(self.environments, asset)

    def _asset[A: Message](self, shelf: Shelf[A], asset: AssetId) -> A:
        if asset.version != f"@{LATEST}":
            return shelf.get(asset.name, asset.version).resource
        entries = [shelf.get(asset.name, version) for version in shelf.names(asset.name)]
        if not entries:
            return shelf.get(asset.name, LATEST).resource
        return max(entries, key=lambda entry: entry.written.created_at).resource


def unchanged[A: Asset](old: A, new: A) -> A:
    """Merge of an immutable asset: only the words that describe it may change."""
    if new.content == old.content:
        return new
    is_, is_not = json.dumps(old.content)[:SHOWN], json.dumps(new.content)[:SHOWN]
    raise Conflict(
        f"'{old.id}' exists and a version never changes: it is {is_}, not {is_not}.",
        fix="Register it as a new version.",
        target="version",
    )
