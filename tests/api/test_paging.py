"""Pages: a token leads on from where the page ended, and nothing else is one."""

from base64 import urlsafe_b64encode

import pytest

from shared.api.http import Request
from shared.api.paging import start_after
from shared.domain.caller import NOBODY
from shared.domain.errors import InvalidRequest


def asking(token: str) -> Request:
    return Request("GET", {}, {"$skiptoken": token}, {}, b"", "http://x", NOBODY)


def encoded(key: str) -> str:
    return urlsafe_b64encode(key.encode()).decode()


def test_a_token_is_the_key_after_which_the_page_begins() -> None:
    assert "wines" == start_after(asking(encoded("wines")))
    assert "" == start_after(asking(""))


@pytest.mark.parametrize(
    "token", ["?", "é", "abc", "_w==", encoded("a\0b"), encoded("a\nb"), encoded("x" * 2000)]
)
def test_what_can_be_no_items_key_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest, match="skiptoken"):
        start_after(asking(token))
