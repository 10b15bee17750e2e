"""A webhook: an address that is called back when jobs start or end, and what it is told of."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from shared.domain.errors import Conflict
from shared.domain.message import NO_TAGS, Message, Tags
from shared.domain.names import ENDPOINT_NAME

PREFIX = "whsec_"
"""What secrets begin with, by Standard Webhooks; base64 of the key follows."""
SHORTEST_KEY, MADE_KEY, LONGEST_KEY = 24, 32, 64  # bytes
OVERLAP = timedelta(days=1)
"""So long the secret before goes on signing, beside the new one."""
HIDDEN = "***"
LONGEST_URL = 2_048

type Name = Annotated[str, Field(pattern=f"^{ENDPOINT_NAME.pattern}$")]


class JobEventKind(StrEnum):
    """What happens to a job."""

    STARTED = "job.started"
    COMPLETED = "job.completed"
    FAILED = "job.failed"
    CANCELED = "job.canceled"


ENDED = "job.ended"
"""The word for all three ends."""
DEFAULT_EVENTS = (ENDED,)
EVENT_WORDS = (*(kind.value for kind in JobEventKind), ENDED)


def wants(events: tuple[str, ...], kind: JobEventKind) -> bool:
    """Whether these words hold that event."""
    return kind in events or (kind is not JobEventKind.STARTED and ENDED in events)


class WebhookState(StrEnum):
    ENABLED = "Enabled"
    PAUSED = "Paused"


class Webhook(Message):
    """What is shown of a webhook; its whole address and its secrets are its receiver's.

    `url` is without the values of its query. `problem` says why the service paused it.
    `incarnation` tells it from an earlier one of the name, `endpoint_incarnation` whose it is.
    """

    name: Name
    endpoint: Name
    url: str
    events: tuple[str, ...] = DEFAULT_EVENTS
    state: WebhookState = WebhookState.ENABLED
    problem: str = ""
    description: str = ""
    tags: Tags = NO_TAGS
    incarnation: str = ""
    endpoint_incarnation: str = ""

    def is_wanted(self, kind: JobEventKind) -> bool:
        return self.state is WebhookState.ENABLED and wants(self.events, kind)

    def replacing(self, old: "Webhook") -> "Webhook":
        """Stand in for the one that was found before; raises Conflict for any other.

        One that a deleted endpoint of the name left behind is nobody's.
        """
        if old.endpoint_incarnation < self.endpoint_incarnation:
            return self
        if old.incarnation != self.incarnation:
            raise Conflict(
                f"The webhook '{self.name}' was created by somebody else meanwhile.",
                fix="Read it, and send the request again.",
                target="webhook",
            )
        return self.model_copy(update={"name": old.name})


class Receiver(Message):
    """Who is called: the whole address, and the secrets that sign. It is never shown.

    `events` are those of a job's own webhook; `is_made`: the secret is the service's making.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(repr=False)
    secret: str = Field(repr=False)
    previous: str = Field(default="", repr=False)
    previous_until: AwareDatetime | None = None
    events: tuple[str, ...] = ()
    is_made: bool = False

    @field_validator("secret")
    @classmethod
    def _is_a_secret(cls, secret: str) -> str:
        key_of(secret)
        return secret

    def rotated(self, secret: str, now: datetime) -> Self:
        """With another secret; the one before goes on signing for a day."""
        if secret == self.secret:
            return self
        until = now + OVERLAP
        return self.model_copy(
            update={"secret": secret, "previous": self.secret, "previous_until": until}
        )

    def overlap(self, now: datetime) -> datetime | None:
        """Until when the secret before signs, too; None if it does not."""
        until = self.previous_until
        return until if until is not None and now < until else None

    def keys(self, now: datetime) -> list[bytes]:
        """What signs now, the newest first."""
        both = [self.secret, self.previous] if self.overlap(now) else [self.secret]
        return [key_of(secret) for secret in both]


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(MADE_KEY)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError, without the secret in its words."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(
            f"It is no secret of a webhook. Write {PREFIX} and {SHORTEST_KEY} to {LONGEST_KEY} "
            "bytes in base64, or leave it out to have one made."
        )
    return key


def shown_url(url: str) -> str:
    """The address without the values of its query, which often are a key."""
    address, mark, _ = url.partition("?")
    return f"{address}?{HIDDEN}" if mark else address
