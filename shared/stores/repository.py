"""A repository: the resources of one kind, one guarded document each.

A document holds the resource and who wrote it when (`systemData` to ARM's clients).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import batched, islice

from pydantic import Field

from shared.domain.caller import Author
from shared.domain.errors import Conflict, NotFound, PreconditionFailed
from shared.domain.message import JSON, Message
from shared.stores.documents import Document, Documents
from shared.stores.system_data import SystemData

SUFFIX = ".json"
ANY = "*"
HINTS = 10  # names in a refusal
READ_AT_ONCE = 256  # documents of a whole repository that are in memory


class Stored[R: Message](Message):
    """A resource as the registry holds it, and the etag it was read or written at."""

    resource: R
    written: SystemData
    etag: str = Field(default="", exclude=True)


class Repository[R: Message]:
    """The resources of one kind. A key is the name, or the names of the parents and the name.

    Names that differ in case only are the same, as ARM's resource names are.
    """

    def __init__(
        self,
        documents: Documents,
        folder: str,
        kind: type[R],
        noun: str,
        *,
        is_versioned: bool = False,
    ) -> None:
        self._documents = documents
        self._folder = folder
        self._entry = Stored[kind]  # type: ignore[valid-type]  # a class made at run time
        self._noun = noun
        self._is_versioned = is_versioned  # a key is a name and a version

    def get(self, *key: str) -> Stored[R]:
        """Raises NotFound, which says what there is instead."""
        entry = self.find(*key)
        if entry is None:
            raise self._missing(key)
        return entry

    def find(self, *key: str) -> Stored[R] | None:
        return self._read(self._documents.find(self._name(key)))

    def page(self, *parents: str, after: str = "", size: int) -> tuple[list[Stored[R]], str]:
        """At most `size` resources under the parents, in name order, after the key `after`.

        Also the key after which the next page begins, empty if this is the last.
        """
        found = list(islice(self._keys(parents, after, at_once=size + 1), size + 1))
        last = found[size - 1] if len(found) > size else ""
        return self._all(parents, found[:size]), last

    def every(self, *parents: str) -> list[Stored[R]]:
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
    ) -> tuple[Stored[R], bool]:
        """Create or replace; returns the entry and whether it is new.

        `merge(old, new)` decides what replaces what is there, and may refuse; it may be asked
        again when others write at the same time. Raises PreconditionFailed when the resource's
        etag is not `if_match` (`*`: any), or when it exists and `if_absent` is set.
        """

        def decide(old: Stored[R] | None) -> Stored[R]:
            self._check(old, key, if_match, if_absent=if_absent)
            merged = merge(old.resource, resource) if merge and old else resource
            written = SystemData.now(by, since=old.written if old else None)
            entry: Stored[R] = self._entry(resource=merged, written=written)
            return entry

        return self._write_optimistically(key, decide)

    def change(
        self, change: Callable[[R], R], *key: str, by: Author | None = None, if_match: str = ""
    ) -> Stored[R]:
        """Read, change and write, again while others write in between.

        A change that returns its argument unchanged writes nothing. Without `by` it is the
        service's own and no modification of anybody's. Raises NotFound and PreconditionFailed.
        """

        def decide(old: Stored[R] | None) -> Stored[R]:
            if old is None:
                raise self._missing(key)
            self._check(old, key, if_match, if_absent=False)
            changed = change(old.resource)
            if changed == old.resource:
                return old
            written = SystemData.now(by, since=old.written) if by else old.written
            return old.model_copy(update={"resource": changed, "written": written})

        return self._write_optimistically(key, decide)[0]

    def restore(self, entry: Stored[R], *key: str) -> None:
        """Put back what was deleted, unless somebody else made it anew."""
        with suppress(Conflict):
            self._documents.create(self._name(key), entry.to_wire())

    def delete(self, *key: str, if_match: str = "") -> None:
        """What is not there is not an error; raises PreconditionFailed when it has another etag."""
        self._documents.delete(self._name(key), if_match="" if if_match == ANY else if_match)

    def delete_if(self, condition: Callable[[R], bool], *key: str) -> None:
        """Delete the resource if, and as long as, the condition holds."""

        def decide(document: Document | None) -> JSON:
            entry = self._read(document)
            return document.body if document and entry and not condition(entry.resource) else None

        self._documents.write_optimistically(self._name(key), decide, what=self._called(key))

    def iterate(self, *, levels: int) -> Iterator[Stored[R]]:
        """All resources of this kind, some at a time; `levels` are the names in a key."""
        names = self._documents.names(f"{self._folder}/")
        own = (name for name in names if name.count("/") == levels)
        for some in batched(own, READ_AT_ONCE, strict=False):
            yield from self._found(some)

    def names(self, *parents: str) -> list[str]:
        """Names directly under the parents, in lower case, in name order."""
        return list(self._keys(parents))

    def folders(self) -> set[str]:
        """The first names of all keys of two, in lower case."""
        prefix = f"{self._folder}/"
        names = self._documents.names(prefix)
        return {name.removeprefix(prefix).partition("/")[0] for name in names}

    def _write_optimistically(
        self, key: tuple[str, ...], decide: Callable[[Stored[R] | None], Stored[R]]
    ) -> tuple[Stored[R], bool]:
        """Write what is decided, however many write at the same time; also whether it is new."""

        def decide_body(document: Document | None) -> JSON:
            old = self._read(document)
            new = decide(old)
            return document.body if document and new == old else new.to_wire()

        settled = self._documents.write_optimistically(
            self._name(key), decide_body, what=self._called(key)
        )
        return self._stored(settled.now), settled.before is None

    def _check(
        self, old: Stored[R] | None, key: tuple[str, ...], if_match: str, *, if_absent: bool
    ) -> None:
        if if_match and (old is None or if_match not in {ANY, old.etag}):
            there = f"has the etag '{old.etag}'" if old else "does not exist"
            raise PreconditionFailed(
                f"The {self._called(key)} {there}, not '{if_match[:100]}'.",
                fix="Read it again, and repeat the change.",
                target="If-Match",
            )
        if if_absent and old is not None:
            raise PreconditionFailed(
                f"The {self._called(key)} exists.",
                fix="Choose another name, or leave out If-None-Match to replace it.",
                target="If-None-Match",
            )

    def _read(self, document: Document | None) -> Stored[R] | None:
        return self._stored(document) if document else None

    def _stored(self, document: Document) -> Stored[R]:
        entry: Stored[R] = self._entry.from_wire(document.body)
        return entry.model_copy(update={"etag": document.etag})

    def _all(self, parents: tuple[str, ...], keys: Iterable[str]) -> list[Stored[R]]:
        return self._found([self._name((*parents, key)) for key in keys])

    def _found(self, names: Iterable[str]) -> list[Stored[R]]:
        found = self._documents.find_all(names)
        return [entry for document in found if (entry := self._read(document))]

    def _keys(
        self, parents: tuple[str, ...], after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        prefix = "/".join([self._folder, *(name.lower() for name in parents), ""])
        start = self._name((*parents, after)) if after else ""
        for name in self._documents.names(prefix, start_after=start, at_once=at_once):
            rest = name.removeprefix(prefix)
            if "/" not in rest:
                yield rest.removesuffix(SUFFIX)

    def _name(self, key: tuple[str, ...]) -> str:
        return "/".join([self._folder, *(name.lower() for name in key)]) + SUFFIX

    def _called(self, key: tuple[str, ...]) -> str:
        return f"{self._noun} '{':'.join(key)}'"

    def _missing(self, key: tuple[str, ...]) -> NotFound:
        return NotFound(f"There is no {self._called(key)}.", fix=self._instead(key), target=key[-1])

    def _instead(self, key: tuple[str, ...]) -> str:
        """What there is beside a key that is not there."""
        if there := _quote(self._keys(key[:-1], at_once=HINTS + 1)):
            return f"Use one of: {there}"
        if self._is_versioned and (there := _quote(sorted(self.folders()))):
            return f"The names that are registered are: {there}"
        return f"There is none yet; create the {self._noun} first."


def _quote(names: Iterable[str]) -> str:
    """The first names, and whether there are more; empty if there is none."""
    first = list(islice(names, HINTS + 1))
    more = ", ..." if first[HINTS:] else "."
    return f"{', '.join(first[:HINTS])}{more}" if first else ""
