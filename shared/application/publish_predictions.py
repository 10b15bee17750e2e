"""Publish a completed job's predictions, under a name that is free, and say what was published."""

from shared.domain.errors import Conflict
from shared.domain.job import Ending, JobSpec
from shared.domain.output_options import IfExists
from shared.domain.receipt import OutputProof, PublishedFile
from shared.stores.predictions import Predictions
from shared.stores.published import Published
from shared.stores.reports import Reports

# Names that are tried for predictions whose own is taken.
MOST_VERSIONS = 10_000


def publish_predictions(ended: Ending, predictions: Predictions) -> tuple[Ending, Published]:
    """Under the next free name, if the job may choose: it is noted before it is written."""
    while True:
        ended = renamed(ended, predictions)
        try:
            return ended, predictions.publish(ended.spec, ended.plan.shards)
        except Conflict:  # taken this very moment
            output = ended.spec.settings.output
            if output.if_exists is not IfExists.VERSION or not output.is_single:
                raise


def renamed(ended: Ending, predictions: Predictions) -> Ending:
    """The job under the next free name of its predictions, if it may choose. Raises Conflict."""
    if ended.spec.settings.output.if_exists is not IfExists.VERSION:
        return ended
    for _ in range(MOST_VERSIONS):
        if not predictions.is_taken(ended.spec):
            return ended
        spec = predictions.names.take_next(ended.spec)
        ended = ended.model_copy(update={"spec": spec})
    raise Conflict(
        f"'{ended.spec.output.uri}' and all names before it are taken.",
        fix="Choose another output path or file name.",
        target="output",
    )


def proof_of(
    spec: JobSpec, published: Published, side_files: list[PublishedFile], reports: Reports
) -> OutputProof:
    predictions = PublishedFile(
        path=spec.output.location.path.rpartition("/")[2],
        bytes=published.bytes,
        sha256=published.sha256,
    )
    files = [predictions, *published.files, *side_files]
    listed, file_list = reports.list_files(spec.name, files)
    own = published.files or [published]
    return OutputProof(
        uri=spec.output.uri,
        bytes=sum(file.bytes for file in own),
        rows=published.rows,
        sha256=published.sha256,
        file_count=len(files),
        files=listed,
        file_list=file_list,
    )
