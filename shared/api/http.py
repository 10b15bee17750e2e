"""A request and a response, as handlers see them: no SDK's types."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shared.domain.caller import Caller
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON

# ARM's own limit; reading more would hold up everybody else.
LONGEST_BODY = 4 << 20
DEEPEST = 100
MOST_VALUES = 100_000
"""A signature of 10,000 columns has half as many; four megabytes of `{}` hold up everybody else."""

NO_STORE = {"Cache-Control": "no-store"}
"""The headers of an answer that holds a secret: nobody on the way may store it."""

_SEPARATORS = (b",", b"[", b"{")
_TEXT_OR_COMMA = re.compile(
    r"""("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])""",
    re.DOTALL,
)
"""A text as it is, or the comma after the last value; a text that does not end ends there."""


@dataclass(frozen=True)
class Request:
    """One authorised request.

    `path` holds the route's parameters, `headers` have lower-case names, `base_url` is what
    absolute URLs in the answer begin with, and `requested_path` the path as
    it was sent, with its slash.
    """

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    caller: Caller
    requested_path: str = "/"

    @cached_property
    def json(self) -> JSON:
        """The body; raises InvalidRequest when it is missing or not JSON."""
        if not self.body.strip():
            raise InvalidRequest(
                "The request has no body.",
                fix="Send a JSON object with a Content-Length header; a chunked body does not "
                "arrive.",
            )
        if len(self.body) > LONGEST_BODY:
            raise InvalidRequest(
                f"The request's body has {len(self.body)} bytes.",
                fix=f"Send at most {LONGEST_BODY}; files go to the store itself.",
            )
        try:
            _check_count(self.body)
            return _text_only(_load(self.body))
        except (ValueError, RecursionError) as error:
            raise InvalidRequest(
                f"The request's body is not JSON: {str(error)[:200]}.",
                fix='Send a JSON object such as {"properties": {...}}, encoded in UTF-8.',
            ) from None


def _load(text: bytes) -> JSON:
    """A comma after the last value is taken, as Azure does: published scripts send it.

    Raises ValueError.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return json.loads(_TEXT_OR_COMMA.sub(r"\1", text.decode("utf-8-sig")))


def _text_only(body: JSON) -> JSON:
    """The body; raises ValueError for half a surrogate pair, which no store holds, or for depth.

    And for numbers that JSON does not have: NaN, and what is larger than any (1e999).
    """
    _check_depth(body)
    json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    return body


def _check_count(text: bytes) -> None:
    """Before it is read, for reading takes its time. Raises ValueError."""
    if sum(map(text.count, _SEPARATORS)) > MOST_VALUES:
        raise ValueError(f"it has more than {MOST_VALUES} values")


def _check_depth(body: JSON) -> None:
    """Whoever reads the body may recurse. Raises ValueError."""
    level: list[JSON] = [body]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            return
    raise ValueError(f"its values are nested more than {DEEPEST} deep")


def _parts(value: JSON) -> Iterable[JSON]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


@dataclass(frozen=True)
class Response:
    """One answer: `body` as JSON, or `text` as it is, or `data` of its own media type.

    None of them is an empty body. Each of `cookies` is a Set-Cookie header.
    """

    status: int
    body: JSON = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    text: str = ""
    data: bytes | None = None
    media_type: str = ""
    cookies: tuple[str, ...] = ()
