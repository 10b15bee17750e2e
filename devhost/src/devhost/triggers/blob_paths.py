"""The path of a blob trigger, `container/{name}.{ext}`: which blobs it is about."""

import re
from dataclasses import dataclass


class BadBlobPath(ValueError):
    """What is wrong with a blob trigger's path."""


@dataclass(frozen=True)
class BlobPath:
    """A container, a pattern for names in it, and the text that all such names begin with."""

    container: str
    prefix: str
    pattern: re.Pattern[str]

    def matches(self, name: str) -> bool:
        return self.pattern.fullmatch(name) is not None


def parse_blob_path(path: str) -> BlobPath:
    """Braces take any text, slashes too, and the first ones take the most; `{{` is a brace."""
    container, _, name = path.strip("/").partition("/")
    if not re.fullmatch(r"\$?[a-z0-9-]+", container):
        raise BadBlobPath(f"'{container}' is not a container name")
    parts = re.split(r"(\{\{|\}\}|\{[^{}]*\})", name or "{name}")
    if any("{" in part or "}" in part for part in parts[::2]):
        raise BadBlobPath("a brace is opened and not closed")
    is_hole = [part.startswith("{") and part != "{{" for part in parts]
    pattern = "".join(
        ".*" if hole else re.escape(_plain(part)) for part, hole in zip(parts, is_hole, strict=True)
    )
    before = parts[: is_hole.index(True)] if any(is_hole) else parts
    return BlobPath(container, "".join(map(_plain, before)), re.compile(pattern, re.DOTALL))


def _plain(part: str) -> str:
    return part[0] if part in {"{{", "}}"} else part
