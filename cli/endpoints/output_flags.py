"""Where a job writes: invoke's flags of all generations.

The flags name a folder, in which the job writes its `output_file_name`; `--outputs` and files name
the file itself.
"""

import re

from cli.answers import JSON
from cli.errors import UsageError

_PLACE = re.compile(
    r"(?:folder:)?(?P<store>.*?/?datastores/[^/]+)/paths/?(?P<path>.*)", re.IGNORECASE
)


def output_body(output_path: str, output_datastore: str) -> JSON:
    """The field of the request that names the folder, or {}. Raises UsageError."""
    if output_datastore:
        folder = output_path.removeprefix("folder:").strip("/")
        return {"outputDataset": {"datastoreId": _name(output_datastore), "path": folder}}
    if not output_path:
        return {}
    match = _PLACE.fullmatch(output_path)
    if match is None:
        raise UsageError(
            f"--output-path '{output_path}' is not a folder in a datastore.",
            fix="Write azureml://datastores/<datastore>/paths/<folder>, or add --output-datastore.",
        )
    path = match["path"].strip("/")
    return {"outputDataset": {"datastoreId": _name(match["store"]), "path": path}}


def _name(datastore: str) -> str:
    return datastore.removeprefix("azureml:").rstrip("/").rpartition("/")[2]
