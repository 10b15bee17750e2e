"""Where the files lie that an ended job left, and what its receipt says of them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from shared.domain.errors import NotFound
from shared.domain.job import JobSpec
from shared.domain.job_files import JobOutputKind, OutputFile
from shared.domain.receipt import PublishedFile, Receipt
from shared.domain.resolved_deployment import Location
from shared.domain.side_names import SideNames
from shared.ports import Blobs
from shared.stores.blocks import lines_of
from shared.stores.jobs import CONTAINER
from shared.stores.partial_results import partial_rows
from shared.stores.reports import ERRORS, RECEIPT

NAMES = {JobOutputKind.RECEIPT: RECEIPT, JobOutputKind.ERRORS: ERRORS}


class JobFiles:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def locate(self, spec: JobSpec, kind: JobOutputKind) -> Location:
        """Of predictions the predictions file, of partial rows theirs."""
        if kind is JobOutputKind.PREDICTIONS:
            return spec.output.location
        if kind is JobOutputKind.PARTIAL:
            return partial_rows(spec)
        return Location(container=CONTAINER, path=f"{spec.name}/{NAMES[kind]}")

    def find(self, spec: JobSpec, kind: JobOutputKind) -> OutputFile | None:
        """The output's one file, or the predictions file; None if it is not there."""
        location = self.locate(spec, kind)
        try:
            size = self._blobs.head(location.container, location.path).size
        except NotFound:
            return None
        return OutputFile(kind, location.path.rpartition("/")[2], location, size)

    def read(self, file: OutputFile) -> bytes:
        """Raises NotFound."""
        return self._blobs.read(file.location.container, file.location.path).data

    def list_all(self, spec: JobSpec) -> Iterator[OutputFile]:
        """Receipt and errors, as far as they are there, then all that the receipt says."""
        receipt = self.find(spec, JobOutputKind.RECEIPT)
        errors = self.find(spec, JobOutputKind.ERRORS)
        data = self.read(receipt) if receipt else b""
        if receipt:
            yield replace(receipt, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        if errors:
            yield errors
        if data:
            told = Receipt.from_wire(json.loads(data))
            for published in self._published(spec, told):
                yield _predictions(spec, published)
            if (kept := told.partial) is not None:
                kind, place = JobOutputKind.PARTIAL, partial_rows(spec)
                yield OutputFile(kind, kept.name, place, kept.bytes, kept.sha256)

    def _published(self, spec: JobSpec, receipt: Receipt) -> Iterator[PublishedFile]:
        if receipt.output is None:
            return
        yield from receipt.output.files
        if (listed := receipt.output.file_list) is not None:
            pieces = self._blobs.chunks(CONTAINER, f"{spec.name}/{listed.name}")
            yield from (PublishedFile(**json.loads(line)) for line in lines_of(pieces))


def _predictions(spec: JobSpec, published: PublishedFile) -> OutputFile:
    """The predictions file, or what a script wrote beside it."""
    output = spec.output.location
    path = SideNames(output=output.path).blob_of(published.path)
    location = Location(container=output.container, path=path)
    kind = JobOutputKind.PREDICTIONS
    is_of_rows = published.rows is not None
    return OutputFile(kind, published.path, location, published.bytes, published.sha256, is_of_rows)
