"""A parquet file in pieces of whole row groups, of which only some columns are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.domain.split import Piece, Split, SplitBy
from shared.scoring.preflight.parquet_footer import (
    TAIL,
    NotParquet,
    ReadRange,
    RowGroup,
    footer_length,
    row_groups,
)
from shared.scoring.split.records import NotSplit

MAGIC_BYTES = 4
# Some old writers told a few bytes too little for a column, and readers ask for more.
SLACK = 128
LONGEST_FOOTER = 64 << 20
# Columns that lie so near to each other are read at once.
NEAR = 64 << 10

type Choose = Callable[[Sequence[str]], Sequence[str]]


@dataclass
class _Groups:
    start: int
    first_row: int
    groups: list[RowGroup] = field(default_factory=list[RowGroup])

    @property
    def rows(self) -> int:
        return sum(group.rows for group in self.groups)

    def size(self, by: SplitBy) -> int:
        if by is SplitBy.ROWS:
            return self.rows
        return sum(chunk.stop - chunk.start for group in self.groups for chunk in group.chunks)


def pieces_of_parquet(size: int, read: ReadRange, split: Split, choose: Choose) -> list[Piece]:
    """`choose` says which columns are wanted, of those that there are. Raises NotSplit."""
    try:
        length = footer_length(size, read)
        if length > LONGEST_FOOTER:
            raise NotSplit(f"its footer has {length} bytes")
        names, groups = row_groups(read(size - TAIL - length, length))
    except NotParquet as error:
        raise NotSplit(str(error)) from error
    if len(set(names)) < len(names):
        raise NotSplit("two of its columns have one name")
    wanted = tuple(choose(names))
    ends = [(0, MAGIC_BYTES), (size - TAIL - length, size)]
    cuts = [one for one in _cut(groups, split) if one.rows]
    return [
        Piece(
            number=number,
            of=len(cuts),
            first_row=one.first_row,
            rows=one.rows,
            start=one.start,
            stop=one.start + len(one.groups),
            columns=wanted,
            ranges=_joined([*ends, *_ranges(one.groups, set(wanted), size)]),
        )
        for number, one in enumerate(cuts)
    ]


def _cut(groups: Sequence[RowGroup], split: Split) -> list[_Groups]:
    found = [_Groups(0, 0)]
    for index, group in enumerate(groups):
        if found[-1].size(split.by) >= split.most:
            found.append(_Groups(index, found[-1].first_row + found[-1].rows))
        found[-1].groups.append(group)
    return found


def _ranges(groups: Sequence[RowGroup], wanted: set[str], size: int) -> list[tuple[int, int]]:
    return [
        (chunk.start, min(size, chunk.stop + SLACK))
        for group in groups
        for chunk in group.chunks
        if chunk.name in wanted
    ]


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, those that lie near to each other as one."""
    few = list[tuple[int, int]]()
    for start, stop in sorted(ranges):
        if few and start - few[-1][1] <= NEAR:
            few[-1] = (few[-1][0], max(few[-1][1], stop))
        else:
            few.append((start, stop))
    return tuple(few)
