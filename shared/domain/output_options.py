"""What predictions look like and where they go, beyond what Azure ML says: all of it by request."""

from enum import StrEnum
from typing import Self

from pydantic import field_validator, model_validator

from shared.domain.errors import InvalidRequest
from shared.domain.message import Message

# Of `carry`: every column of the input.
ALL = "*"
# Columns that say where a row comes from, in the order in which they stand.
LINEAGE = ("file", "row", "mini_batch", "deployment", "model_version", "job")


class OutputFormat(StrEnum):
    """`CSV` is Azure ML's: no header, and the rows of scripts as their own text.

    `PARQUET` is made of the rows of `JSONL` when the job ends.
    """

    CSV = "csv"
    CSV_HEADER = "csv_header"
    JSONL = "jsonl"
    PARQUET = "parquet"


class OutputLayout(StrEnum):
    """How many files: one, one for each input, or one for each value of some columns."""

    SINGLE = "single"
    PER_INPUT = "per_input"
    HIVE = "hive"


# Of `HIVE`: the values of a mini-batch, and of a job. Each is a file that is open until the end.
MOST_PARTITIONS = 1_000
# Of `PER_INPUT`: each is a request or more at the end of the job.
MOST_INPUTS = 100_000
EXTENSIONS = {OutputFormat.JSONL: ".jsonl", OutputFormat.PARQUET: ".parquet"}
MEDIA_TYPES = {
    OutputFormat.JSONL: "application/x-ndjson",
    OutputFormat.PARQUET: "application/vnd.apache.parquet",
}


class IfExists(StrEnum):
    """What becomes of predictions whose file exists: the job fails, or takes the next free name."""

    FAIL = "fail"
    VERSION = "version"


class Compression(StrEnum):
    NONE = "none"
    GZIP = "gzip"


class PartialRows(StrEnum):
    """What becomes of the rows that a job has scored before it fails or is canceled.

    `KEEP`: they are readable while it runs, and kept beside its output when it does not complete.
    """

    KEEP = "keep"
    NONE = "none"


class OutputOptions(Message):
    """How rows are written, and what becomes of a file that exists.

    `lineage` None: what Azure ML's rows have. `carry` are columns of the input, or `ALL` alone.
    `partition` are the columns that name the folders of the layout `HIVE`.
    """

    format: OutputFormat = OutputFormat.CSV
    lineage: tuple[str, ...] | None = None
    carry: tuple[str, ...] = ()
    compress: Compression = Compression.NONE
    if_exists: IfExists = IfExists.FAIL
    partial: PartialRows = PartialRows.KEEP
    layout: OutputLayout = OutputLayout.SINGLE
    partition: tuple[str, ...] = ()

    @field_validator("lineage")
    @classmethod
    def _is_known(cls, lineage: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if lineage is None:
            return None
        for name in lineage:
            if name not in LINEAGE:
                raise ValueError(
                    f"'{name[:100]}' is no column of a lineage. "
                    f"Use some of: {', '.join(LINEAGE)}; or none."
                )
        return tuple(name for name in LINEAGE if name in lineage)

    @model_validator(mode="after")
    def _has_names_for_columns(self) -> Self:
        if self.format is not OutputFormat.CSV:
            return self
        for key, asked in (
            ("outputLineage", self.lineage is not None),
            ("outputCarry", self.carry),
        ):
            if asked:
                raise ValueError(
                    f"{key} adds columns, and csv without a header has no names for them. "
                    "Use the outputFormat csv_header, jsonl or parquet."
                )
        return self

    @model_validator(mode="after")
    def _has_a_layout_that_can_be(self) -> Self:
        is_hive = self.layout is OutputLayout.HIVE
        if not self.is_single and not self.is_named:
            raise ValueError(
                f"outputLayout {self.layout} is for rows whose columns have names. "
                "Use the outputFormat csv_header, jsonl or parquet."
            )
        if is_hive and not self.partition:
            raise ValueError(
                "outputLayout hive makes folders by the values of columns, and none is named. "
                "Name some in outputPartition."
            )
        if self.partition and not is_hive:
            raise ValueError(
                f"outputPartition has no meaning with outputLayout {self.layout}. "
                "Use the outputLayout hive, or leave it out."
            )
        return self

    @property
    def is_single(self) -> bool:
        """Whether the output is one file, and no folder."""
        return self.layout is OutputLayout.SINGLE

    @property
    def is_named(self) -> bool:
        """Whether the columns have names."""
        return self.format is not OutputFormat.CSV

    @property
    def has_header(self) -> bool:
        return self.format is OutputFormat.CSV_HEADER

    @property
    def keeps_partial(self) -> bool:
        """Whether a job that does not complete keeps its rows."""
        return self.partial is PartialRows.KEEP

    @property
    def shows_partial(self) -> bool:
        """Whether rows are readable before the job has ended: not while they lie in frames."""
        return self.keeps_partial and self.is_single

    @property
    def is_typed(self) -> bool:
        """Whether the columns have types."""
        return self.format is OutputFormat.PARQUET

    @property
    def rows_format(self) -> OutputFormat:
        """Of the rows as mini-batches leave them."""
        return OutputFormat.JSONL if self.is_typed else self.format

    @property
    def in_pieces(self) -> Self:
        """Of a file that is put together from those rows before the job has ended."""
        compress = Compression.GZIP if self.is_packed else Compression.NONE
        return self.model_copy(update={"format": self.rows_format, "compress": compress})

    @property
    def is_packed(self) -> bool:
        """Whether the file is packed; parquet's pages are by themselves."""
        return self.compress is Compression.GZIP and not self.is_typed

    @property
    def is_plain(self) -> bool:
        """Whether the file is its rows, one after the other, and nothing else."""
        return not (self.has_header or self.is_typed or self.is_packed)

    @property
    def extension(self) -> str:
        """Of the usual file name."""
        return EXTENSIONS.get(self.format, ".csv") + (".gz" if self.is_packed else "")

    @property
    def media_type(self) -> str:
        """Of a file as it lies in the store."""
        return "application/gzip" if self.is_packed else MEDIA_TYPES.get(self.format, "text/csv")

    @property
    def rows_media_type(self) -> str:
        """Of the rows as mini-batches leave them."""
        return MEDIA_TYPES.get(self.rows_format, "text/csv")

    def problem_with(self, inputs: int) -> str:
        """Why so many input files cannot have such an output; empty if they can."""
        if self.layout is not OutputLayout.PER_INPUT or inputs <= MOST_INPUTS:
            return ""
        return (
            f"The input has {inputs} files, and with outputLayout per_input a job has "
            f"{MOST_INPUTS} at most. Invoke for fewer files, or use the outputLayout single."
        )

    def check(self, *, has_script: bool, has_rows: bool) -> None:
        """Raise InvalidRequest where the deployment has not what these options want."""
        if not has_rows and (self.is_named or self.compress is not Compression.NONE):
            raise InvalidRequest(
                "outputFormat and outputCompress are for rows, and with summary_only a script "
                "writes its own files.",
                fix="Leave them out, or use append_row.",
                target="properties.properties",
            )
        if has_script and self.carry:
            raise InvalidRequest(
                "outputCarry is for MLflow models without a script: they have a row for each row "
                "of their input.",
                fix="Leave it out, and return those columns from run().",
                target="properties.properties",
            )
