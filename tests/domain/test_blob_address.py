"""Other ways to write a blob's URL."""

import pytest

from shared.domain.reference import BlobUrl, parse_input, unsigned


@pytest.mark.parametrize(
    "text",
    [
        "https://acc.blob.core.windows.net/box/a/b",
        "https://acc.dfs.core.windows.net/box/a/b",
        "wasbs://box@acc.blob.core.windows.net/a/b",
        "abfss://box@acc.dfs.core.windows.net/a/b",
        "ABFSS://box@acc.dfs.core.windows.net/a/b",
    ],
)
def test_every_way_to_write_a_blobs_url_means_the_same_blob(text: str) -> None:
    url = BlobUrl(host="acc.blob.core.windows.net", path="/box/a/b")

    assert url == parse_input(text, target="uri")


def test_a_signature_behind_any_scheme_is_not_kept() -> None:
    text = "wasbs://box@acc.blob.core.windows.net/a?sv=1&sig=secret"

    assert "wasbs://box@acc.blob.core.windows.net/a" == unsigned(text)
    assert "secret" not in repr(parse_input(text, target="uri"))
