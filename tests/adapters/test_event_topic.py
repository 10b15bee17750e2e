"""The Event Grid topic: by its key or by an identity, and its refusals in words."""

from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.adapters.address_guard import AddressGuard
from shared.adapters.event_topic import SCOPE, EventTopic
from shared.adapters.guarded_posts import GuardedPosts
from shared.outbound import PostFailed
from tests.support.receiver import Post, receiving

MEDIA_TYPE = "application/cloudevents+json"


@dataclass
class Identity:
    fails: bool = False

    def get_token(self, scope: str) -> AccessToken:
        if self.fails:
            raise ClientAuthenticationError(f"secret words about {scope}")
        return AccessToken(f"token for {scope}", 0)


def sent(key: str, query: str = "", identity: Any = None) -> Post:
    guard = AddressGuard(allows_private=True, allows_http=True)
    with receiving() as receiver:
        url = f"{receiver.url}{query}"
        topic = EventTopic(url, key, GuardedPosts(guard), lambda: identity or Identity())
        assert topic.is_set
        assert 200 == topic.post(b"{}", MEDIA_TYPE, limit_s=10).status
    return receiver.posts[0]


def test_with_a_key_it_is_sent_and_nobody_is_asked_for_a_token() -> None:
    post = sent("k3y")

    assert "k3y" == post.headers["aeg-sas-key"]
    assert "authorization" not in post.headers
    assert f"{MEDIA_TYPE}; charset=utf-8" == post.headers["content-type"]
    assert post.path.endswith("?api-version=2018-01-01")


def test_without_a_key_the_apps_identity_opens_it() -> None:
    post = sent("", "?api-version=2020-01-01")

    assert f"Bearer token for {SCOPE}" == post.headers["authorization"]
    assert "aeg-sas-key" not in post.headers
    assert post.path.endswith("/hook?api-version=2020-01-01")


def test_an_identity_that_gets_no_token_is_an_attempt_that_failed() -> None:
    with pytest.raises(PostFailed, match="No token for Event Grid: Client") as failed:
        sent("", identity=Identity(fails=True))
    assert "secret words" not in str(failed.value)


def test_without_an_endpoint_there_is_none() -> None:
    assert not EventTopic("", "", GuardedPosts(AddressGuard()), Identity).is_set
