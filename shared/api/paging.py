"""Lists in pages, as ARM clients read them: `value`, `nextLink`, `$skiptoken`.

A token is the key of the last item of a page, so that a page never depends on how many came
before it, and nothing is listed twice when items are added meanwhile.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice
from urllib.parse import urlencode

from shared.api.http import Request, Response
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON

PAGE_SIZE, LARGEST_PAGE = 50, 1000
LONGEST_KEY = 1024
SKIP_TOKEN = "$skiptoken"  # noqa: S105  # a place in a list, no secret
SIZES = ("$top", "top", "count", "$maxpagesize")


def page_size(request: Request) -> int:
    """How many items the client wants at once; raises InvalidRequest."""
    requested = next(
        (request.query[name] for name in SIZES if name in request.query), str(PAGE_SIZE)
    )
    if (
        not requested.isascii()
        or not requested.isdigit()
        or not 1 <= int(requested[:9]) <= LARGEST_PAGE
    ):
        raise InvalidRequest(
            f"'{requested[:100]}' is not a number of items for one page.",
            fix=f"Use 1 to {LARGEST_PAGE}, or leave it out for {PAGE_SIZE}.",
            target=next(name for name in SIZES if name in request.query),
        )
    return int(requested)


def start_after(request: Request) -> str:
    """The key after which the page begins; empty for the first. Raises InvalidRequest."""
    token = request.query.get(SKIP_TOKEN, "")
    try:
        return _printable(b64decode(token.encode("ascii"), altchars=b"-_", validate=True).decode())
    except ValueError:
        raise InvalidRequest(
            f"'{token[:100]}' is not a {SKIP_TOKEN} of this list.",
            fix="Follow the nextLink of the page before, or leave it out to begin anew.",
            target=SKIP_TOKEN,
        ) from None


def _printable(key: str) -> str:
    """The key; raises ValueError for what can be no item's: it is never listed."""
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValueError(ascii(key[:100]))
    return key


def cut[T](items: Iterable[T], size: int) -> tuple[list[T], bool]:
    """The first `size` items, and whether more follow."""
    found = list(islice(items, size + 1))
    return found[:size], len(found) > size


def page(request: Request, values: Iterable[JSON], *, last: str = "") -> Response:
    """A page of the list that was asked; `last` is its last item's key, if more items follow."""
    body: dict[str, JSON] = {"value": list(values), "nextLink": None}
    if last:
        token = urlsafe_b64encode(last.encode()).decode()
        kept = {name: value for name, value in request.query.items() if name != SKIP_TOKEN}
        body["nextLink"] = (
            f"{request.base_url}{request.requested_path}?{urlencode(kept | {SKIP_TOKEN: token})}"
        )
    return Response(HTTPStatus.OK, body)
