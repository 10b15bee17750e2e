"""References into buckets of other clouds: `s3://<bucket>/<path>`, `gs://<bucket>/<path>`."""

import re

from shared.domain.message import Message

_BUCKET = re.compile(
    r"(?P<scheme>s3a?|gs)://(?P<bucket>[a-z0-9][a-z0-9._-]+)(?:/(?P<path>.*))?",
    re.IGNORECASE | re.DOTALL,
)


class BucketPath(Message):
    """An object or a folder in a bucket; `scheme` says of which cloud: s3 or gs."""

    scheme: str
    bucket: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.path}"


def bucket_path(text: str) -> BucketPath | None:
    """None for what is no such reference; Hadoop writes `s3a://`."""
    match = _BUCKET.fullmatch(text)
    if match is None:
        return None
    scheme = "gs" if match["scheme"].lower() == "gs" else "s3"
    return BucketPath(scheme=scheme, bucket=match["bucket"], path=match["path"] or "")
