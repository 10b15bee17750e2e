"""Slow servers: few calls at once, so that whoever calls has places left for other work."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.guarded_posts import GuardedPosts
from shared.adapters.lanes import MOST, MOST_TO_ONE
from shared.outbound import PostBusy, PostFailed
from tests.support.receiver import Answer, receiving

HANG_S = 1.5


@pytest.fixture
def posts() -> GuardedPosts:
    """Every name is this machine's."""
    return GuardedPosts(
        AddressGuard(allows_private=True, allows_http=True, resolve=lambda *_: ["127.0.0.1"])
    )


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def called(posts: GuardedPosts, url: str) -> str:
    """What became of a call to a server that hangs: 'hung' or 'busy'."""
    try:
        posts.post(url, b"", {}, limit_s=HANG_S)
    except PostFailed:
        return "hung"
    except PostBusy:
        return "busy"
    return "answered"


def test_a_server_that_hangs_holds_up_two_calls_and_no_other_server(
    posts: GuardedPosts, pool: ThreadPoolExecutor
) -> None:
    with receiving(Answer(hangs=True)) as slow, receiving() as quick:
        outcomes = [pool.submit(called, posts, f"{slow.url}/{index}") for index in range(6)]
        started = time.monotonic()
        assert "answered" == called(posts, quick.url)
        assert time.monotonic() - started < HANG_S

        assert ["busy"] * 4 + ["hung"] * MOST_TO_ONE == sorted(one.result(10) for one in outcomes)


def test_all_servers_that_hang_hold_up_four_calls_and_are_called_again_after_that(
    posts: GuardedPosts, pool: ThreadPoolExecutor
) -> None:
    with receiving(Answer(hangs=True)) as slow:
        hosts = [f"http://server-{index}.example.com:{slow.port}/" for index in range(6)]
        outcomes = [pool.submit(called, posts, host).result for host in hosts]

        assert ["busy"] * 2 + ["hung"] * MOST == sorted(outcome(10) for outcome in outcomes)
    with receiving() as quick:
        assert "answered" == called(posts, quick.url)
