"""What the real host makes of a request target: decoded once, dots resolved, %2F left alone."""

import re
from urllib.parse import unquote_plus

LONGEST_TARGET = 8 * 1024  # the real host's limit on a request line; beyond it 414


class BadTarget(ValueError):
    """A request target that the real host answers with 400."""


def origin_form(target: str) -> str:
    """A proxy's absolute form, `http://host/path?query`, as path and query."""
    path = _without_origin(target)
    return path if path.startswith("/") else f"/{path}"


def decoded_path(target: str) -> str:
    """The path of a raw request target, decoded, without its leading slash and its query."""
    path = _without_origin(target).split("?", 1)[0]
    if re.search("%00", path):
        raise BadTarget("a path cannot hold %00")
    return _without_dots(_decoded(path)).removeprefix("/")


def query_values(target: str) -> dict[str, str]:
    """Repeated names are joined by commas, whatever their case; names without a value vanish."""
    query = target.partition("?")[2]
    joined: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        first_spelling = names.setdefault(name.lower(), name)
        joined.setdefault(first_spelling, []).append(unquote_plus(value))
    values = {name: ",".join(found) for name, found in joined.items()}
    return {name: value for name, value in values.items() if value}


def _without_origin(target: str) -> str:
    """A proxy's absolute form, `http://host/path`, to its path."""
    match = re.match(r"[a-z][a-z0-9+.-]*://[^/?]*", target, re.IGNORECASE)
    return target[match.end() :] if match else target


def _decoded(path: str) -> str:
    """Percent-escapes to text. An escaped slash, and what is not UTF-8, stay as they are."""
    return re.sub(r"(?:%[0-9a-fA-F]{2})+", lambda run: _decoded_run(run[0]), path)


def _decoded_run(run: str) -> str:
    pieces = re.split("(%2f)", run, flags=re.IGNORECASE)
    return "".join(piece if piece.lower() == "%2f" else _as_text(piece) for piece in pieces)


def _as_text(escapes: str) -> str:
    try:
        return bytes.fromhex(escapes.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return escapes


def _without_dots(path: str) -> str:
    """`/a/./b/../c` to `/a/c`, as RFC 3986 says; empty segments stay."""
    resolved: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del resolved[max(1, len(resolved) - 1) :]
        elif segment != ".":
            resolved.append(segment)
    if segments[-1] in {".", ".."}:
        resolved.append("")
    return "/".join(resolved)
