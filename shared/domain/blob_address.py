"""Other ways to write a blob's URL.

Spark and Hadoop write `abfss://<container>@<account>.dfs.<domain>/<path>`, and clients put Azure's
suffix behind an emulator's account.
"""

import re

_HADOOP = re.compile(
    r"(?:wasb|abfs)(?P<secure>s?)://(?P<container>[^@/?#]+)@(?P<host>[^/?#@]+)(?P<path>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SUFFIX = re.compile(r"(https?://[^?#]+)#\.blob\.[^/?#]+", re.IGNORECASE)
"""What clients put behind an account's name, as Azure's have it; an emulator's ends with a `#`."""
_LAKE = re.compile(r"(https?://[^/?#.]+(?:\.z\d+)?)\.dfs\.", re.IGNORECASE)
"""An account's Data Lake endpoint: its blobs are the same ones under `.blob.`."""


def as_blob_url(text: str) -> str:
    """The https URL of what is named so, at the blob endpoint; any other text as it is."""
    text = without_suffix(text)
    if match := _HADOOP.fullmatch(text):
        text = f"http{match['secure']}://{match['host']}/{match['container']}{match['path']}"
    return _LAKE.sub(r"\1.blob.", text, count=1) if _LAKE.match(text) else text


def without_suffix(text: str) -> str:
    return _SUFFIX.sub(r"\1", text, count=1) if _SUFFIX.match(text) else text


def is_url(text: str) -> bool:
    """Whether a query behind it is no part of the path."""
    return re.match(r"(https?|wasbs?|abfss?)://", text, re.IGNORECASE) is not None
