"""Flags that `invoke` and `score` have in common: what predictions look like, and pieces."""

from collections.abc import Callable

FORM = {
    "output_format": "What rows look like: csv (as Azure ML's), csv_header, jsonl or parquet. "
    "Default: as deployed.",
    "output_lineage": "Columns that say where a row comes from, not of csv: "
    "file,row,mini_batch,deployment,model_version,job, some of them, or none.",
    "output_carry": "Columns of an input table that go into its rows: all, or NAME,NAME.",
    "output_layout": "How many files: single, per_input (one for each input file) or hive (in "
    "folders by the values of --output-partition).",
    "output_partition": "Columns of the rows that name hive's folders: NAME,NAME.",
    "output_compress": "How the file, or parquet's pages, are packed: gzip or none.",
}
IF_EXISTS = (
    "If the file exists: the job fails (fail), or writes under the next free name (version)."
)

PARTIAL = (
    "Whether the rows that are scored are readable while the job runs, and kept if it fails or is "
    "canceled: keep or none. Default: as deployed."
)
SPLIT = (
    "Score large csv, JSON lines and parquet files in pieces: size, rows, size=64MB or rows=100000."
)


def add_form(add: Callable[..., None]) -> None:
    for name, text in FORM.items():
        add(name, help=text)
