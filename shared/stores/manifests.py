"""Manifests: files that list a job's inputs, one reference on each line.

A line is a path inside the manifest's folder, or any reference that an input may be. Blank lines
and those that begin with `#` are passed over. The order is the manifest's.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import batched
from typing import Never

from shared.domain.blob_address import is_url
from shared.domain.blob_name import problem_with
from shared.domain.bucket_path import bucket_path
from shared.domain.errors import AccountRefuses, InvalidRequest, NotFound
from shared.domain.minibatch import PlannedFile
from shared.domain.place import words
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.chosen_files import FOLDER_MARK, version_of
from shared.stores.input_listing import Inputs
from shared.stores.version_index import VersionIndex

# A URL with a SAS behind it has some 1,500 characters.
LONGEST_LINE = 8_192
# Each is looked up, and its digest kept on the disk to find those that come twice.
MOST_FILES = 1_000_000
AT_ONCE, LOOKERS = 256, 8
SHOWN = 300
FIX = "Mend the line, and invoke again."


@dataclass(frozen=True)
class Line:
    number: int
    text: str


@dataclass(frozen=True)
class Manifests:
    """Thread-safe."""

    blobs: Blobs
    inputs: Inputs
    most_files: int = MOST_FILES

    def etag(self, manifest: Location) -> str:
        """Raises NotFound."""
        return self.blobs.head(manifest.container, manifest.path).etag

    def files(self, manifest: Location, job: str = "") -> Iterator[PlannedFile]:
        """What it lists, pinned; raises InvalidRequest, which names the line.

        What opens files of other accounts is kept for the job.
        """
        held, find = set[str](), partial(self._find, manifest)
        with (
            VersionIndex() as seen,
            ThreadPoolExecutor(LOOKERS, thread_name_prefix="manifest") as lookers,
        ):
            for lines in batched(self._lines(manifest), AT_ONCE, strict=False):
                for line, file in zip(lines, lookers.map(find, lines), strict=True):
                    self._check_new(seen, line, file, manifest.container)
                    if job and file.container not in held:
                        held.add(file.container)
                        place = Location(container=file.container or manifest.container, path="")
                        self.inputs.hold(place, job)
                    yield file

    def _lines(self, manifest: Location) -> Iterator[Line]:
        rest, number = b"", 0
        for piece in self.blobs.chunks(manifest.container, manifest.path):
            *whole, rest = (rest + piece).split(b"\n")
            for data in whole:
                number += 1
                yield from _line(number, data)
            if len(rest) > LONGEST_LINE:
                _refuse_long(number + 1, rest)
        yield from _line(number + 1, rest)

    def _check_new(self, seen: VersionIndex, line: Line, file: PlannedFile, own: str) -> None:
        """A file is the same one, whatever signature it is reached by."""
        key, most = version_of(file.name, words(file.container or own)), self.most_files
        if not seen.add(key, line.number):
            before = seen.find(key)
            _refuse(line, f"'{file.name}' is on line {before} already.", "Name each file once.")
        if len(seen) > most:
            _refuse(line, f"A manifest lists at most {most} files.", "Make several jobs of it.")

    def _find(self, manifest: Location, line: Line) -> PlannedFile:
        try:
            place = self._locate(manifest, line.text)
            blob = self.blobs.head(place.container, place.path)
        except (NotFound, InvalidRequest, AccountRefuses) as error:
            _refuse(line, error.problem, error.fix)
        if blob.metadata.get(FOLDER_MARK):
            _refuse(line, f"'{place}' is a folder.", "Name files.")
        other = place.container if place.container != manifest.container else ""
        return PlannedFile(name=place.path, etag=blob.etag, size=blob.size, container=other)

    def _locate(self, manifest: Location, text: str) -> Location:
        if text.endswith("/"):
            raise InvalidRequest(f"{text[:SHOWN]!r} is a folder.", fix="Name files.")
        if is_url(text) or bucket_path(text) or text.startswith(("azureml:", "/")):
            place, _ = self.inputs.resolve(text, target="manifest")
            if not place.path:
                raise InvalidRequest(f"'{place}' is a folder.", fix="Name files.")
            return place
        if problem := problem_with(text):
            raise InvalidRequest(f"{text[:SHOWN]!r} is not the path of a file: {problem}.", fix=FIX)
        folder = manifest.path.rpartition("/")[0]
        return Location(container=manifest.container, path=f"{folder}/{text}" if folder else text)


def _line(number: int, data: bytes) -> Iterator[Line]:
    """The line, if it names a file."""
    if len(data) > LONGEST_LINE:
        _refuse_long(number, data)
    try:
        text = data.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError:
        _refuse(Line(number, ""), "It is not text in UTF-8.", "Save the manifest as UTF-8.")
    if text and not text.startswith("#"):
        yield Line(number, text)


def _refuse_long(number: int, data: bytes) -> Never:
    start = data[:100].decode(errors="replace")
    _refuse(Line(number, start), f"It has more than {LONGEST_LINE} bytes.", FIX)


def _refuse(line: Line, problem: str, fix: str) -> Never:
    hidden = is_url(line.text) or "@" in line.text  # it may hold a secret
    shown = "" if hidden else line.text.partition("?")[0][:SHOWN]
    named = f" ('{shown}')" if shown else ""
    raise InvalidRequest(
        f"Line {line.number} of the manifest{named} cannot be read. {problem}", fix=fix
    )
