"""What OpenAPI says of a route beside its method, its template and its role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.schemas.shapes import BodyShape


class AnswerKind(StrEnum):
    """What the body of a good answer is; the value is its name among the document's schemas."""

    RESOURCE = "Resource"
    PAGE = "Page"
    DOCUMENT = "Document"
    VALUES = "Values"
    TEXT = "Text"
    FILE = "File"
    NOTHING = "Nothing"


@dataclass(frozen=True, eq=False)
class RouteDocs:
    """`body`: its shape, or NO_BODY for a POST, PUT or PATCH that takes none.

    Without `answers`, the method and the template say what is usual; `query` and `headers` name
    the parameters that may be given.
    """

    summary: str = ""
    body: BodyShape | None = None
    answers: Mapping[int, AnswerKind] | None = None
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


NO_DOCS = RouteDocs()
