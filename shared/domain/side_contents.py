"""What the changes of several processes make of the files that a script writes beside its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from shared.domain.message import Message


class StoredChange(Message):
    """A change whose bytes are safe in the store, in `blob`; empty when the file was removed.

    `is_stream`: they begin a compressed stream, which other bytes may follow, but not part. `life`
    tells the processes of one scorer apart, of which each takes over from one that ended.
    """

    name: str
    blob: str
    is_appended: bool
    is_stream: bool = False
    life: int = 0


class ScorerChange(NamedTuple):
    """A change, the scorer that made it, and in which of its bundles: its `turn`."""

    scorer: str
    change: StoredChange
    turn: int = 0


class _Process(NamedTuple):
    scorer: str
    life: int


class _Piece(NamedTuple):
    """`place` is where its bundle stands in the input; `is_first` what its writer began with."""

    writer: _Process
    blob: str
    place: int
    is_first: bool


@dataclass
class _FileContents:
    """The pieces that count, each scorer's in the order in which it wrote them.

    `is_begun_anew`: by a successor of its writer.
    """

    pieces: list[_Piece] = field(default_factory=list[_Piece])
    is_log: bool = False
    is_stream: bool = False
    is_begun_anew: bool = False

    def apply(self, place: int, writer: _Process, change: StoredChange) -> None:
        self.is_stream |= change.is_stream
        if change.is_appended:
            self.is_log = True
            self._inherit(writer)
        else:
            self._take_back(writer, is_removed=not change.blob)
        if change.blob:
            self.pieces.append(_Piece(writer, change.blob, place, not change.is_appended))

    def contents(self) -> list[str]:
        ordered = self._ordered()
        return [one.blob for one in ordered if self.is_log or one.writer == ordered[-1].writer]

    @property
    def is_contested(self) -> bool:
        several = len({piece.writer for piece in self.pieces}) > 1
        return self.is_begun_anew or (several and not self.is_log)

    def _inherit(self, writer: _Process) -> None:
        """Who goes on with a file of its predecessors has them in what it sees, and may rewrite."""
        if not any(piece.writer == writer for piece in self.pieces):
            self.pieces = [
                piece._replace(writer=writer) if _precedes(piece.writer, writer) else piece
                for piece in self.pieces
            ]

    def _take_back(self, writer: _Process, *, is_removed: bool) -> None:
        """What is removed is gone with what predecessors wrote, for that was there to be seen."""
        self.is_begun_anew |= any(_precedes(piece.writer, writer) for piece in self.pieces)
        self.pieces = [
            piece
            for piece in self.pieces
            if piece.writer != writer and not (is_removed and _precedes(piece.writer, writer))
        ]

    def _ordered(self) -> list[_Piece]:
        """In input order, but what a writer went on with comes after what it began with.

        Of a stream all that one process wrote comes before what the next did, as it wrote it. Of
        what is no log the last piece counts: it stays the last.
        """
        firsts: dict[_Process, int] = {}
        for piece in self.pieces:
            firsts[piece.writer] = min(piece.place, firsts.get(piece.writer, piece.place))
        if self.is_stream and self.is_log:
            return sorted(self.pieces, key=lambda piece: firsts[piece.writer])

        def place(piece: _Piece) -> tuple[int, bool]:
            return firsts[piece.writer] if piece.is_first else piece.place, not piece.is_first

        return sorted(self.pieces, key=place)


@dataclass(frozen=True)
class Written:
    """The files that count, with the pieces of each process.

    A process sees what it wrote itself, and what the scorer's processes before it had written. A
    file that one of them went on with from mini-batch to mini-batch is a log: each process has its
    lines in it, also one that was killed and the successor that began the file anew. In a
    compressed stream they are not mixed with those of others. Of any other file the last one that
    was written counts, whole.
    """

    files: dict[str, _FileContents]

    @classmethod
    def of(cls, changes: Iterable[ScorerChange]) -> Self:
        """Of changes in input order, which need not be that of their scorer's turns.

        What a bundle left undone is scored after those behind it.
        """
        files: dict[str, _FileContents] = {}
        for place, one in sorted(enumerate(changes), key=lambda numbered: numbered[1].turn):
            file = files.setdefault(one.change.name, _FileContents())
            file.apply(place, _Process(one.scorer, one.change.life), one.change)
        return cls(files)

    def contents(self) -> dict[str, list[str]]:
        """The blobs that make up each file."""
        return {name: file.contents() for name, file in self.files.items() if file.pieces}

    def contested(self) -> list[str]:
        """The files of which what some process wrote may be missing.

        Several wrote one of their own, or one wrote anew or removed what its predecessor had left.
        """
        return sorted(name for name, file in self.files.items() if file.is_contested)


def _precedes(one: _Process, other: _Process) -> bool:
    return one.scorer == other.scorer and one.life < other.life
