"""Links to logs: good for one log of one job, for a while, wherever they were made."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import Forbidden
from shared.stores.log_links import GOOD_FOR, LogLinks

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_link_is_good_in_every_process_until_it_ends(blobs: MemoryBlobs) -> None:
    link = dict(parse_qsl(LogLinks(blobs).query("j", "logs/a.txt", NOW)))
    elsewhere = LogLinks(blobs)

    elsewhere.check("j", link["name"], link["expires"], link["sig"], NOW + GOOD_FOR)

    late = NOW + GOOD_FOR + timedelta(seconds=2)
    with pytest.raises(Forbidden, match="expired"):
        elsewhere.check("j", link["name"], link["expires"], link["sig"], late)


@pytest.mark.parametrize("expires", ["", "x", "-1", "9" * 40, "\u0662", "1\n"])
def test_a_link_that_was_not_made_here_is_refused(blobs: MemoryBlobs, expires: str) -> None:
    for signature in ("", "0" * 64, "\u00e9", "\ud800"):
        with pytest.raises(Forbidden, match="signature"):
            LogLinks(blobs).check("j", "logs/a.txt", expires, signature, NOW)


def test_a_new_store_has_a_new_key(blobs: MemoryBlobs) -> None:
    other = MemoryBlobs()
    other.ensure_container("batch-registry")

    assert LogLinks(blobs).query("j", "a", NOW) != LogLinks(other).query("j", "a", NOW)
