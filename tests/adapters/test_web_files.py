"""Files of web servers: read whole and in part, pinned, followed, and never where nobody may go."""

from pathlib import Path

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.web_files import WebFiles
from shared.adapters.web_gets import WebGets
from shared.domain.errors import (
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
    StoreRefuses,
)
from tests.support.file_server import Page, serving_files

OWN = AddressGuard(allows_private=True, allows_http=True)
TAGGED = {"ETag": '"v1"'}


def files(query: str = "", most_bytes: int = 1 << 20) -> WebFiles:
    return WebFiles(WebGets(OWN), query, most_bytes)


def test_a_file_is_read_whole_and_in_part_with_its_etag_and_size() -> None:
    with serving_files({"/a%20b.csv": Page(b"1,2\n3,4\n", headers=TAGGED)}) as server:
        found = files().head(server.url, "a b.csv")
        whole = files().read(server.url, "a b.csv")
        part = files().read_range(server.url, "a b.csv", 2, 3)
        chunks = list(files().chunks(server.url, "a b.csv", size=3))

    assert ("v1", 8) == (found.etag, found.size)
    assert (b"1,2\n3,4\n", "v1") == (whole.data, whole.etag)
    assert b"2\n3" == part
    assert [b"1,2", b"\n3,", b"4\n"] == chunks


def test_a_file_that_changed_is_not_taken_for_the_one_that_was_planned(tmp_path: Path) -> None:
    with serving_files({"/a.csv": Page(b"1\n", headers=TAGGED)}) as server:
        etag = files().head(server.url, "a.csv").etag
        assert 2 == files().download(server.url, "a.csv", tmp_path / "a", if_match=etag)
        server.pages["/a.csv"] = Page(b"2\n", headers={"ETag": '"v2"'})

        with pytest.raises(PreconditionFailed, match=r"a\.csv"):
            files().download(server.url, "a.csv", tmp_path / "a", if_match=etag)


def test_a_server_without_etags_pins_a_file_by_date_and_size() -> None:
    dated = {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    with serving_files({"/a.csv": Page(b"12\n", headers=dated)}) as server:
        assert "Thu, 01 Jan 2026 00:00:00 GMT 3" == files().head(server.url, "a.csv").etag


def test_a_query_opens_the_file_and_is_shown_in_no_error() -> None:
    with serving_files({"/a.csv?key=hush": Page(b"1\n")}) as server:
        assert b"1\n" == files("key=hush").read(server.url, "a.csv").data
        with pytest.raises(NotFound) as missing:
            files("key=hush").read(server.url, "b.csv")

    assert "hush" not in str(missing.value)


def test_a_redirect_is_followed_and_a_circle_is_left() -> None:
    pages = {
        "/a": Page(status=302, headers={"Location": "/b"}),
        "/b": Page(b"1\n"),
        "/round": Page(status=301, headers={"Location": "/round"}),
    }
    with serving_files(pages) as server:
        assert b"1\n" == files().read(server.url, "a").data
        with pytest.raises(InvalidRequest, match="redirected more than 5 times"):
            files().read(server.url, "round")


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data", "ftp://example.com/x", "http://u:p@127.0.0.1/x"],
)
def test_a_redirect_to_where_nobody_may_go_is_not_followed(location: str) -> None:
    with (
        serving_files({"/a": Page(status=302, headers={"Location": location})}) as server,
        pytest.raises(InvalidRequest) as refused,
    ):
        files().read(server.url, "a")

    assert "u:p" not in str(refused.value)


def test_a_server_of_a_private_network_is_never_asked() -> None:
    guard = AddressGuard(allows_http=True, allows_private=False)
    with serving_files({"/trap": Page(b"secret")}) as trap:
        public = WebFiles(WebGets(guard))
        with pytest.raises(InvalidRequest, match="not a public address"):
            public.read(trap.url, "trap")
        assert [] == trap.asked


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (Page(status=404), NotFound),
        (Page(status=401), StoreRefuses),
        (Page(status=403), StoreRefuses),
        (Page(status=429), ServiceUnavailable),
        (Page(status=503), ServiceUnavailable),
        (Page(status=418), InvalidRequest),
        (Page(b"123456", cut=3), ServiceUnavailable),
        (Page(b"x" * 2000), InvalidRequest),
    ],
)
def test_what_cannot_be_read_is_said_with_the_files_name(
    page: Page, error: type[Exception], tmp_path: Path
) -> None:
    with (
        serving_files({"/a.csv": page}) as server,
        pytest.raises(error, match=r"a\.csv"),
    ):
        files(most_bytes=1000).download(server.url, "a.csv", tmp_path / "a")


def test_nothing_is_listed_or_written() -> None:
    assert [] == list(files().list_blobs("https://example.com", "x"))
    assert [] == list(files().list_names("https://example.com"))
    with pytest.raises(InvalidRequest, match="nothing is written"):
        files().write("https://example.com", "a", b"")
