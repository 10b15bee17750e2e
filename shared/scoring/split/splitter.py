"""Splits the large files of an input: each becomes several entries of the plan."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from shared.domain.errors import InvalidRequest, NotFound, PreconditionFailed, ServiceUnavailable
from shared.domain.minibatch import PlannedFile
from shared.domain.output_options import ALL
from shared.domain.split import Piece, Split
from shared.ports import Blobs
from shared.scoring.child.mlflow import kinds
from shared.scoring.child.mlflow.failure import Unfit
from shared.scoring.child.mlflow.signature import select_columns
from shared.scoring.preflight.model_signature import ModelSignature
from shared.scoring.preflight.splittable import TARGET, why_not_of_kind
from shared.scoring.split.csv_scan import CsvScan
from shared.scoring.split.json_scan import JsonScan
from shared.scoring.split.kept_blocks import Keeping, KeptBlocks
from shared.scoring.split.parquet_groups import pieces_of_parquet
from shared.scoring.split.records import Cut, NotSplit, Scan, pieces_of

BLOCK = 8 << 20
# Blocks that are read before they are looked at.
AHEAD = 4
MOST_NAMED = 5
LEAVE_OUT = "Leave out split, or exclude such files."

type Files = Iterable[PlannedFile]


@dataclass
class Splitter:
    """Of one job. `watch` is called now and then: what it raises ends the splitting.

    A file is read to its end, once, to find where its records are.
    """

    blobs: Blobs
    container: str
    split: Split
    signature: ModelSignature
    carried: tuple[str, ...] = ()
    watch: Callable[[], object] = lambda: None
    job: str = ""
    kept: KeptBlocks = field(default_factory=KeptBlocks)
    unsplit: dict[str, str] = field(default_factory=dict[str, str])
    _known: dict[tuple[str, str, str], list[Piece]] = field(
        default_factory=dict[tuple[str, str, str], list[Piece]]
    )

    def __call__(self, files: Files) -> Iterator[PlannedFile]:
        """The files as they come, and in the place of each that is split its pieces.

        Raises InvalidRequest for a large file of a kind that cannot be split.
        """
        for file in files:
            pieces = self._pieces(file) if self.split.may_split(file.size) else []
            if len(pieces) > 1:
                yield from (file.model_copy(update={"piece": piece}) for piece in pieces)
            else:
                yield file

    @property
    def warning(self) -> str:
        """Which large files are scored as one, and why; empty for none."""
        if not self.unsplit:
            return ""
        named = list(self.unsplit.items())[:MOST_NAMED]
        more = len(self.unsplit) - len(named)
        told = "; ".join(f"'{name}': {why}" for name, why in named)
        return f"{told}; and {more} more" if more else told

    def _pieces(self, file: PlannedFile) -> list[Piece]:
        key = (file.container, file.name, file.etag)
        if key not in self._known:
            try:
                self._known[key] = self._find(file)
            except (NotFound, PreconditionFailed):  # its mini-batch will say so
                self._known[key] = []
            except NotSplit as why:
                self._known[key] = []
                self.unsplit[file.base_name] = str(why)
        return self._known[key]

    def _find(self, file: PlannedFile) -> list[Piece]:
        if why := why_not_of_kind(file.base_name, self.signature, self.carried):
            raise _refused(file, why)
        kind, _ = kinds.kind_of(file.base_name)
        if kind in kinds.CSV:
            return self._of_text(file, CsvScan())
        if kind in kinds.JSON:
            return self._of_json(file)
        self.watch()
        return pieces_of_parquet(file.size, partial(self._read, file), self.split, self._columns)

    def _of_json(self, file: PlannedFile) -> list[Piece]:
        names = [one.name for one in self.signature.inputs]
        scan = JsonScan(tuple(dict.fromkeys([*names, *self.carried])))
        pieces = self._of_text(file, scan)
        return [piece.model_copy(update={"columns": scan.seen}) for piece in pieces]

    def _of_text(self, file: PlannedFile, scan: Scan) -> list[Piece]:
        keeping = self.kept.begin(self.job, file.size)
        try:
            head, cuts = pieces_of(self._kept(file, keeping), scan, self.split)
        except BaseException:
            if keeping is not None:
                keeping.drop()
            raise
        if keeping is not None and len(cuts) > 1:  # else it is scored as one
            key = (file.container or self.container, file.name, file.etag)
            self.kept.keep(key, keeping, sum(cut.stop - cut.start for cut in cuts))
        return [_piece(number, len(cuts), head, one) for number, one in enumerate(cuts)]

    def _kept(self, file: PlannedFile, keeping: Keeping | None) -> Iterator[bytes]:
        for block in self._blocks(file):
            if keeping is not None:
                keeping.add(block)
            yield block

    def _columns(self, names: Sequence[str]) -> Sequence[str]:
        """Those of a parquet file that are wanted."""
        if self.carried == (ALL,):
            return names
        try:
            columns = select_columns(self.signature, names) or ()
        except Unfit as why:
            raise NotSplit(str(why)) from why
        wanted = {*(column.name for column in columns), *self.carried}
        return [name for name in names if name in wanted]

    def _blocks(self, file: PlannedFile) -> Iterator[bytes]:
        """Some are on their way while one is looked at."""
        starts = iter(range(0, file.size, BLOCK))
        readers = ThreadPoolExecutor(AHEAD, thread_name_prefix="split")

        def begin(most: int) -> Iterator[Future[bytes]]:
            return (readers.submit(self._read, file, one, BLOCK) for one in islice(starts, most))

        try:
            ahead = deque(begin(AHEAD))
            while ahead:
                self.watch()
                block = ahead.popleft().result()
                ahead.extend(begin(1))
                yield block
        finally:
            readers.shutdown(cancel_futures=True)

    def _read(self, file: PlannedFile, start: int, length: int) -> bytes:
        container, wanted = file.container or self.container, min(length, file.size - start)
        data = self.blobs.read_range(container, file.name, start, wanted, if_match=file.etag)
        if len(data) != wanted:
            raise ServiceUnavailable(
                f"'{file.name}' ended {wanted - len(data)} bytes early.",
                fix="The input is planned again.",
            )
        return data


def _piece(number: int, of: int, head: int, cut: Cut) -> Piece:
    return Piece(
        number=number,
        of=of,
        first_row=cut.first_row,
        rows=cut.rows,
        start=cut.start,
        stop=cut.stop,
        head=head,
        first_line=cut.first_line,
    )


def _refused(file: PlannedFile, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"'{file.base_name}' cannot be split: {why}.", fix=LEAVE_OUT, target=TARGET
    )
