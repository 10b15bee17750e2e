"""What the changes of several processes make of the files that a script writes beside its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from shared.domain.message import Message


class StoredChange(Message):
    """A change whose bytes are safe in the store, in `blob`; empty when the file was removed."""

    name: str
    blob: str
    is_appended: bool


@dataclass(frozen=True)
class Written:
    """The pieces of each file that count, each with the process that wrote it.

    A process sees what it wrote itself. A file that one of them went on with from mini-batch to
    mini-batch is one of the `logs`: each process has its lines in it, also the successor of one
    that was killed. Of any other file the last one that was written counts, whole.
    """

    pieces: dict[str, list[tuple[str, str]]]
    logs: set[str]

    @classmethod
    def of(cls, changes: Iterable[tuple[str, StoredChange]]) -> Self:
        """Of changes in input order, each with its process."""
        pieces: dict[str, list[tuple[str, str]]] = {}
        logs = set[str]()
        for process, change in changes:
            held = pieces.setdefault(change.name, [])
            if change.is_appended:
                logs.add(change.name)
            else:
                held[:] = [piece for piece in held if piece[0] != process]
            if change.blob:
                held.append((process, change.blob))
        return cls(pieces, logs)

    def contents(self) -> dict[str, list[str]]:
        """The blobs that make up each file."""
        return {
            name: [blob for process, blob in held if name in self.logs or process == held[-1][0]]
            for name, held in self.pieces.items()
            if held
        }

    def contested(self) -> list[str]:
        """The files of which several processes wrote one of their own: no logs are among them."""
        return sorted(
            name
            for name, held in self.pieces.items()
            if name not in self.logs and len({process for process, _ in held}) > 1
        )
