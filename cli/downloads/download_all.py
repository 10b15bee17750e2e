"""Download several files: large ones one after the other, small ones side by side.

A script may have written a file for each of ten thousand inputs; then only their number is said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.connection.service import Service
from cli.console import Bar, Console, size_text
from cli.downloads.alone import alone_in
from cli.downloads.fetch import RemoteFile, fetch, is_there
from cli.storage.side_by_side import SideBySide

AT_ONCE = 8
SMALL = 8 << 20
"""Bytes up to which a request costs about as much as what it brings."""
MOST_LINES = 20
MARKER = "_SUCCESS"
"""The list of predictions that are several files. It says that they are there: so it comes last."""


@dataclass(frozen=True)
class Order:
    """A file, and where it goes."""

    file: RemoteFile
    target: Path


def download_all(service: Service, orders: Sequence[Order], folder: Path, out: Console) -> None:
    """Fetch all of them below the folder. Raises CommandError for the first that does not come."""
    if not orders:
        return
    total = sum(one.file.size or 0 for one in orders)
    label = orders[0].file.name if len(orders) == 1 else f"{len(orders)} files"
    write = out.line if len(orders) <= MOST_LINES else _write_nothing
    try:
        with alone_in(folder, out), out.bar(label, total) as bar:
            _download_all(orders, lambda one: write(_download(service, bar, one)))
    except KeyboardInterrupt:
        out.line("Not all is there yet. Repeat the command: it goes on where it stopped.")
        raise
    if len(orders) > MOST_LINES:
        out.line(f"{folder}  {label}, {size_text(total)}")


def _download_all(orders: Sequence[Order], download: Callable[[Order], None]) -> None:
    others = [one for one in orders if not _is_marker(one)]
    for one in filter(_is_large, others):
        download(one)
    SideBySide().run(download, [one for one in others if not _is_large(one)], AT_ONCE)
    for one in filter(_is_marker, orders):
        download(one)


def _write_nothing(_line: str) -> None:
    """Of many files only their number is written."""


def _is_marker(order: Order) -> bool:
    return order.target.name == MARKER


def _is_large(order: Order) -> bool:
    return order.file.size is None or order.file.size > SMALL


def _download(service: Service, bar: Bar, order: Order) -> str:
    file, target = order.file, order.target
    if is_there(file, target):
        bar.skip(file.size or 0)
        return f"{target} is there already, unchanged."
    replaced = ", in the place of another file" if target.is_file() else ""
    fetch(service, file, target, bar)
    checked = ", SHA-256 as in the receipt" if file.sha256 else ""
    return f"{target}  {size_text(target.stat().st_size)}{checked}{replaced}"
