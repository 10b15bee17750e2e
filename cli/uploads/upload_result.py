"""What an upload came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UploadResult:
    """`uri` is where the folder or file lies now, without a slash at its end or a signature.

    `sha256` is of names and bytes, by the official SDK's rule 202208. `files` and `bytes` count
    all of it, `skipped` the files that were there already. `is_file`: it was one file.
    """

    uri: str
    sha256: str
    bytes: int
    files: int
    skipped: int
    is_file: bool
