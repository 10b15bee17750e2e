"""The blobs that Spark and Hadoop write beside data for their own use.

Both also overlook every other name that begins with `_`; here such a file is an input, as it is to
Azure ML: to leave out somebody's data is worse than to fail on a file that is none.
"""

import re

_MARK = re.compile(
    r"_SUCCESS|_FAILURE|_temporary|_metadata|_common_metadata"
    r"|_(?:started|committed)_(?:vacuum)?\d+"  # of Databricks' transactions
    r"|.*\.crc"  # checksums; Hadoop's own begin with a dot
    r"|.*\._COPYING_"  # a copy that is not finished
    r"|.*_\$folder\$",
    re.DOTALL,
)


def is_mark(name: str) -> bool:
    """Whether a file of this name, without its folder, says something of the others."""
    return _MARK.fullmatch(name) is not None


def is_mark_folder(name: str) -> bool:
    """Whether all that lies in a folder of this name is theirs: unfinished work, table logs."""
    return name in {"_temporary", "_delta_log", "_spark_metadata"}
