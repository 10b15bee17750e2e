"""A request and a response, as handlers see them: no SDK's types."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shared.domain.caller import Caller
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON

# ARM's own limit; reading more would hold up everybody else.
LONGEST_BODY = 4 << 20
DEEPEST = 100


@dataclass(frozen=True)
class Request:
    """One authorised request.

    `path` holds the route's parameters, `headers` have lower-case names, `base_url` is what
    absolute URLs in the answer begin with, and `asked` the path that was asked, with its slash.
    """

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    caller: Caller
    asked: str = "/"

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
            return _text_only(json.loads(self.body))
        except (ValueError, RecursionError) as error:
            raise InvalidRequest(
                f"The request's body is not JSON: {str(error)[:200]}.",
                fix='Send a JSON object such as {"properties": {...}}, encoded in UTF-8.',
            ) from None


def _text_only(body: JSON) -> JSON:
    """The body; raises ValueError for half a surrogate pair, which no store holds, or for depth."""
    _check_depth(body)
    json.dumps(body, ensure_ascii=False).encode()
    return body


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
    """One answer: `body` as JSON, or `text` as it is; neither of them is an empty body."""

    status: int
    body: JSON = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    text: str = ""
