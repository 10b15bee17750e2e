"""Choosing files of a listing: what a selection keeps, in the order in which it was listed."""

import hashlib
import heapq
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from shared.domain.selection import WHOLE_FOLDER, Reason, Selection, Skipped
from shared.ports import BlobItem

# Data Lake clients mark a folder by an empty blob with this metadata.
FOLDER_MARK = "hdi_isfolder"
DIGEST_BYTES = 16


@dataclass(frozen=True)
class Choice:
    """A selection, and the versions of files that an earlier job had, by their digests."""

    selection: Selection = WHOLE_FOLDER
    known: Container[bytes] | None = None

    def of(self, items: Iterable[BlobItem], prefix: str, skipped: Skipped) -> Iterator[BlobItem]:
        """Those that are kept; the others go into `skipped`, each with its reason."""
        kept = self._kept(items, prefix, skipped)
        if self.selection.newest:
            kept = iter(_newest(kept, self.selection.newest, prefix, skipped))
        yield from kept

    def _kept(self, items: Iterable[BlobItem], prefix: str, skipped: Skipped) -> Iterator[BlobItem]:
        since = self.selection.moment
        for item in items:
            path = item.name.removeprefix(prefix)
            reason = self.selection.why_not(path, is_marker=_is_marker(item))
            if reason is None and since and parsedate_to_datetime(item.last_modified) < since:
                reason = Reason.UNCHANGED
            if reason is None and self._is_known(item):
                reason = Reason.UNCHANGED
            if reason is None:
                yield item
            else:
                skipped.add(path, reason)

    def _is_known(self, item: BlobItem) -> bool:
        return self.known is not None and version_of(item.name, item.etag) in self.known


IN_FOLDER = Choice()


def version_of(name: str, etag: str) -> bytes:
    """A digest of one version of a file: small, whatever its name."""
    return hashlib.blake2b(f"{name}\t{etag}".encode(), digest_size=DIGEST_BYTES).digest()


def _newest(items: Iterable[BlobItem], most: int, prefix: str, skipped: Skipped) -> list[BlobItem]:
    """Those that changed last, in their own order; of the same second the later name is newer."""
    newest: list[tuple[float, int, BlobItem]] = []
    for place, item in enumerate(items):
        changed = parsedate_to_datetime(item.last_modified).timestamp()
        heapq.heappush(newest, (changed, place, item))
        if len(newest) > most:
            _, _, older = heapq.heappop(newest)
            skipped.add(older.name.removeprefix(prefix), Reason.OLDER)
    return [item for _, _, item in sorted(newest, key=lambda one: one[1])]


def _is_marker(item: BlobItem) -> bool:
    return item.size == 0 and item.metadata.get(FOLDER_MARK, "").lower() == "true"
