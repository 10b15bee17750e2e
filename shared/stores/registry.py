"""The registry: endpoints, deployments and assets, one guarded document each.

A document holds the resource and who wrote it when (`systemData` to ARM's clients).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Self

from pydantic import AwareDatetime, Field

from shared.domain.asset import Asset, AssetId, Code, Data, Environment, Model
from shared.domain.caller import Author, CallerType
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, NotFound, PreconditionFailed, ServiceUnavailable
from shared.domain.message import Message
from shared.domain.reference import LATEST
from shared.ports import Blobs
from shared.stores.documents import Document, Documents

CONTAINER = "batch-registry"
SUFFIX = ".json"
ANY = "*"
SHOWN = 500  # characters of an asset in a refusal
HINTS = 10  # names in a refusal
# Of writers that meet, one is through in each round; a host has far fewer threads.
MOST_WRITERS = 1000


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
    """A resource as the registry holds it, and the etag it was read or written at."""

    resource: R
    written: Written
    etag: str = Field(default="", exclude=True)


class Shelf[R: Message]:
    """The resources of one kind. A key is the name, or the names of the parents and the name.

    Names that differ in case only are the same, as ARM's resource names are.
    """

    def __init__(self, documents: Documents, folder: str, kind: type[R], noun: str) -> None:
        self._documents = documents
        self._folder = folder
        self._entry = Entry[kind]  # type: ignore[valid-type]  # a class made at run time
        self._noun = noun

    def get(self, *key: str) -> Entry[R]:
        """Raises NotFound, which says what there is instead."""
        entry = self.find(*key)
        if entry is None:
            raise self._missing(key)
        return entry

    def find(self, *key: str) -> Entry[R] | None:
        return self._read(self._documents.find(self._name(key)))

    def page(self, *parents: str, after: str = "", size: int) -> tuple[list[Entry[R]], str]:
        """At most `size` resources under the parents, in name order, after the key `after`.

        Also the key after which the next page begins, empty if this is the last.
        """
        found = list(islice(self._keys(parents, after), size + 1))
        last = found[size - 1] if len(found) > size else ""
        return self._all(parents, found[:size]), last

    def every(self, *parents: str) -> list[Entry[R]]:
        """All resources directly under the parents: for those that are few."""
        return self._all(parents, self._keys(parents))

    def save(
        self,
        resource: R,
        *key: str,
        by: Author,
        merge: Callable[[R, R], R] | None = None,
        if_match: str = "",
        if_absent: bool = False,
    ) -> tuple[Entry[R], bool]:
        """Create or replace; returns the entry and whether it is new.

        `merge(old, new)` decides what replaces what is there, and may refuse; it may be asked
        again when others write at the same time. Raises PreconditionFailed when the resource's
        etag is not `if_match` (`*`: any), or when it exists and `if_absent` is set.
        """

        def decide(old: Entry[R] | None) -> Entry[R]:
            self._check(old, key, if_match, if_absent=if_absent)
            merged = merge(old.resource, resource) if merge and old else resource
            written = Written.now(by, since=old.written if old else None)
            entry: Entry[R] = self._entry(resource=merged, written=written)
            return entry

        return self._settled(key, decide)

    def change(self, change: Callable[[R], R], *key: str) -> Entry[R]:
        """Read, change and write, again while others write in between; raises NotFound.

        A change that returns its argument unchanged writes nothing.
        """

        def decide(old: Entry[R] | None) -> Entry[R]:
            if old is None:
                raise self._missing(key)
            return old.model_copy(update={"resource": change(old.resource)})

        return self._settled(key, decide)[0]

    def delete(self, *key: str, if_match: str = "") -> None:
        """What is not there is not an error; raises PreconditionFailed when it has another etag."""
        self._documents.delete(self._name(key), if_match=if_match)

    def names(self, *parents: str) -> list[str]:
        """Names directly under the parents, in lower case, in name order."""
        return list(self._keys(parents))

    def _settled(
        self, key: tuple[str, ...], decide: Callable[[Entry[R] | None], Entry[R]]
    ) -> tuple[Entry[R], bool]:
        """Read, decide and write, again while others write in between: the last one wins."""
        name = self._name(key)
        for _ in range(MOST_WRITERS):
            old = self._read(self._documents.find(name))
            new = decide(old)
            if new == old:
                return new, False
            with suppress(Conflict, PreconditionFailed):
                etag = self._write(name, new, old)
                return new.model_copy(update={"etag": etag}), old is None
        raise ServiceUnavailable(
            f"The {self._noun} '{':'.join(key)}' is being changed by too many at once.",
            fix="Send the request again.",
        )

    def _write(self, name: str, new: Entry[R], old: Entry[R] | None) -> str:
        if old is None:
            return self._documents.create(name, new.to_wire())
        return self._documents.replace(name, new.to_wire(), if_match=old.etag)

    def _check(
        self, old: Entry[R] | None, key: tuple[str, ...], if_match: str, *, if_absent: bool
    ) -> None:
        if if_match and (old is None or if_match not in {ANY, old.etag}):
            there = f"has the etag '{old.etag}'" if old else "does not exist"
            raise PreconditionFailed(
                f"The {self._noun} '{':'.join(key)}' {there}, not '{if_match[:100]}'.",
                fix="Read it again, and repeat the change.",
                target="If-Match",
            )
        if if_absent and old is not None:
            raise PreconditionFailed(
                f"The {self._noun} '{':'.join(key)}' exists.",
                fix="Choose another name, or leave out If-None-Match to replace it.",
                target="If-None-Match",
            )

    def _read(self, document: Document | None) -> Entry[R] | None:
        if document is None:
            return None
        entry: Entry[R] = self._entry.from_wire(document.body)
        return entry.model_copy(update={"etag": document.etag})

    def _all(self, parents: tuple[str, ...], keys: Iterable[str]) -> list[Entry[R]]:
        found = self._documents.find_all([self._name((*parents, key)) for key in keys])
        return [entry for document in found if (entry := self._read(document))]

    def _keys(self, parents: tuple[str, ...], after: str = "") -> Iterator[str]:
        prefix = "/".join([self._folder, *(name.lower() for name in parents), ""])
        start = self._name((*parents, after)) if after else ""
        for name in self._documents.names(prefix, start_after=start):
            rest = name.removeprefix(prefix)
            if "/" not in rest:
                yield rest.removesuffix(SUFFIX)

    def _name(self, key: tuple[str, ...]) -> str:
        return "/".join([self._folder, *(name.lower() for name in key)]) + SUFFIX

    def _missing(self, key: tuple[str, ...]) -> NotFound:
        there = list(islice(self._keys(key[:-1]), HINTS + 1))
        more = ", ..." if there[HINTS:] else "."
        hint = f"There is none yet; create the {self._noun} first."
        return NotFound(
            f"There is no {self._noun} '{':'.join(key)}'.",
            fix=f"Use one of: {', '.join(there[:HINTS])}{more}" if there else hint,
            target=key[-1],
        )


class Registry:
    """Every kind of resource, by its az ml noun."""

    def __init__(self, blobs: Blobs) -> None:
        documents = Documents(blobs, CONTAINER)
        self.endpoints = Shelf(documents, "endpoints", Endpoint, "batch endpoint")
        self.deployments = Shelf(documents, "deployments", Deployment, "batch deployment")
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
        entries = shelf.every(asset.name)
        if not entries:
            return shelf.get(asset.name, LATEST).resource
        return max(entries, key=lambda entry: entry.written.created_at).resource


def unchanged[A: Asset](old: A, new: A) -> A:
    """Merge of an immutable asset: only the words that describe it may change."""
    new = new.model_copy(update={"id": old.id})  # the first spelling stays
    if new.content == old.content:
        return new
    is_, is_not = json.dumps(old.content)[:SHOWN], json.dumps(new.content)[:SHOWN]
    raise Conflict(
        f"'{old.id}' exists and a version never changes: it is {is_}, not {is_not}.",
        fix="Register it as a new version.",
        target="version",
    )
