"""What a listing held: the names in order, summed up so that two listings can be compared.

A listing is read page by page. A page that was lost, or came twice, must not go unnoticed: names
that do not ascend are refused, and a second listing, cut into other pages, must say the same.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from shared.domain.blob_name import listing_order
from shared.domain.errors import ServiceUnavailable
from shared.domain.minibatch import PlannedFile

type Order = Callable[[str], bytes]
type Sum = tuple[int, str]
"""How many names, and the SHA-256 over them in order."""


class ListingSum:
    """A running sum over names: small, however many there are."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._count = 0
        self._digest = hashlib.sha256()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        self._count += 1
        self._digest.update(f"{name}\n".encode())

    @property
    def sum(self) -> Sum:
        return self._count, self._digest.hexdigest()


def ascending(files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
    """The files as they come; raises ServiceUnavailable unless each name follows the one before.

    Storage accounts promise an alphabetical order, and do not say by which units: each of the two
    that there are will do, if the whole listing keeps to it.
    """
    before, orders = None, list[Order]([listing_order, str.encode])
    for file in files:
        if before is not None:
            orders = [order for order in orders if order(before) < order(file.name)]
        if not orders:
            raise ServiceUnavailable(
                f"The store's listing is out of order: '{file.name}' came after '{before}'.",
                fix="The input is listed again; if it stays, check the storage account.",
            )
        before = file.name
        yield file
