"""Rows of a job that did not complete: where they are kept, what they are of, what is missing.

Where predictions would be several files they are one file all the same, beside their folder.
"""

from collections.abc import Iterable, Iterator

from shared.domain.job_output import JobOutput
from shared.domain.message import Message
from shared.domain.minibatch import Span, joined
from shared.domain.resolved_deployment import Location

# Beside the predictions file, under a name that nobody takes for it.
FOLDER, ROWS = "partial", "rows"
RECEIPT = "receipt.json"
MOST_LISTED = 1000  # a person reads it


class KeptRows(Message):
    """The file, and of how many mini-batches and files it has the rows; `sha256` is of it all.

    Files that failed in those mini-batches are among the `files`, and have no rows.
    """

    uri: str
    bytes: int
    rows: int
    sha256: str
    mini_batches: int
    files: int

    @property
    def name(self) -> str:
        return self.uri.rpartition("/")[2]


class Missing(Message):
    """What of a plan is not in: mini-batches, as spans in order, their files, and the first ones.

    The first are in input order, by name.
    """

    mini_batches: list[Span]
    files: int
    first_files: list[str]


class PartialProof(KeptRows):
    missing: Missing


def partial_uri(output: JobOutput, job: str, name: str) -> str:
    return _beside(output.uri.removesuffix("/"), job, name)


def partial_location(output: JobOutput, job: str, name: str) -> Location:
    path = _beside(output.folder or output.location.path, job, name)
    return output.location.model_copy(update={"path": path})


def _beside(output: str, job: str, name: str) -> str:
    """In the folder of a job's partial rows, which lies beside its predictions."""
    folder, slash, _ = output.rpartition("/")
    return f"{folder}{slash}{FOLDER}/{job}/{name}"


def gaps(done: Iterable[Span], minibatches: int) -> Iterator[Span]:
    """What of so many mini-batches no span has, in order."""
    first = 0
    for span in joined(done):
        if first < span.first:
            yield Span(first=first, stop=span.first)
        first = span.stop
    if first < minibatches:
        yield Span(first=first, stop=minibatches)
