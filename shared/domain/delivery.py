"""A delivery: one event on its way to one receiver, every attempt at it, and when the next is."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, NonNegativeInt, PositiveInt

from shared.domain.message import JSON, Message

LONGEST_ROUND = timedelta(days=1)
MOST_KEPT = 100
"""Attempts of one delivery that its document remembers."""
# Waits are up to a tenth shorter than told, so that what failed together is not retried together.
JITTER = 0.1
# Those that are turned away while others are called.
SHORTEST_BUSY_S, LONGEST_BUSY_S = 4.0, 120.0
GONE = 410
TAKEN = 2  # the hundreds of the status codes that say so

type PathPart = Annotated[str, Field(pattern="^(?:[a-zA-Z0-9][-_.a-zA-Z0-9]{0,254})?$")]
type EventId = Annotated[str, Field(pattern="^[0-9]{13}-[0-9]-[0-9a-f]{20}$")]


class TargetKind(StrEnum):
    WEBHOOK = "webhook"
    JOB = "job"
    TOPIC = "topic"


class DeliveryTarget(Message):
    """To whom: a webhook of an endpoint, a job's own, or the Event Grid topic.

    `life` tells a webhook from an earlier one of its name; `name` is the webhook's or the job's.
    """

    kind: TargetKind
    endpoint: PathPart = ""
    name: PathPart = ""
    life: Annotated[str, Field(pattern="^[-.0-9a-zA-Z]{0,64}$")] = ""

    @property
    def path(self) -> str:
        """Its folder among those of all targets."""
        endpoint = self.endpoint.lower()
        if self.kind is TargetKind.TOPIC:
            return self.kind
        name = self.name if self.kind is TargetKind.JOB else self.name.lower()
        return f"{self.kind}/{endpoint}/{name}/{self.life}"


class DeliveryTask(Message):
    """Input of `deliver_event`. Each round is a try of a day; who asks for another begins one."""

    target: DeliveryTarget
    event: EventId
    round: PositiveInt = 1

    @property
    def instance(self) -> str:
        """The id of its orchestration: another call starts no second one."""
        text = f"{self.target.path}\n{self.event}\n{self.round}"
        return f"delivery-{hashlib.sha256(text.encode()).hexdigest()[:40]}"

    def fits(self, instance: str) -> bool:
        return instance == self.instance


class AttemptTask(Message):
    """Input of `attempt_delivery`: which attempt of the round, from 1."""

    delivery: DeliveryTask
    number: PositiveInt


class AttemptResult(Message):
    """Output of `attempt_delivery`: whether it is over, or how long to wait.

    `is_busy`: nothing was attempted, for too many calls were under way.
    """

    is_over: bool
    wait_s: float = 0.0
    is_busy: bool = False


class DeliveryState(StrEnum):
    PENDING = "Pending"
    DELIVERED = "Delivered"
    GIVEN_UP = "GivenUp"
    DROPPED = "Dropped"


class Attempt(Message):
    """One POST: the status that it was answered with, or 0 and in words why it was not."""

    round: PositiveInt
    number: PositiveInt
    at: AwareDatetime
    status: NonNegativeInt = 0
    error: str = ""
    duration_ms: NonNegativeInt = 0
    retry_after_s: NonNegativeInt = 0

    @property
    def is_taken(self) -> bool:
        return self.status // 100 == TAKEN


class Delivery(Message):
    """A delivery's document. `since` is when the first attempt of its round was made."""

    target: DeliveryTarget
    event: JSON
    created_at: AwareDatetime
    url: str = ""
    round: PositiveInt = 1
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    since: AwareDatetime | None = None
    next_at: AwareDatetime | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def id(self) -> str:
        return str(self.event["id"])

    @property
    def task(self) -> DeliveryTask:
        return DeliveryTask(target=self.target, event=self.id, round=self.round)

    @property
    def is_over(self) -> bool:
        return self.state is not DeliveryState.PENDING

    @property
    def last_at(self) -> datetime:
        """When anything happened to it last, or is about to."""
        moments = [one.at for one in self.attempts]
        return max([self.created_at, *moments, *filter(None, (self.since, self.next_at))])

    @property
    def attempts_made(self) -> int:
        """In this round."""
        return max((one.number for one in self.attempts if one.round == self.round), default=0)

    def again(self) -> "Delivery":
        """A new round of one that is over."""
        fresh = {"state": DeliveryState.PENDING, "reason": "", "since": None, "next_at": None}
        return self.model_copy(update={**fresh, "round": self.round + 1})

    def dropped(self, reason: str) -> "Delivery":
        return self.ended(DeliveryState.DROPPED, reason)

    def after(self, attempt: Attempt, delays_s: Sequence[float]) -> "Delivery":
        """With the attempt, and what follows from it."""
        since = self.since or attempt.at
        kept = (*self.attempts, attempt)[-MOST_KEPT:]
        made = self.model_copy(update={"attempts": kept, "since": since})
        if attempt.is_taken:
            return made.ended(DeliveryState.DELIVERED, "")
        if attempt.status == GONE:
            return made.dropped("The receiver is gone for good (410).")
        wait = wait_after(self.id, attempt, attempt.at - since, delays_s)
        if wait is None:
            return made.ended(DeliveryState.GIVEN_UP, "The receiver took it at no attempt.")
        return made.model_copy(update={"next_at": attempt.at + wait})

    def ended(self, state: DeliveryState, reason: str) -> "Delivery":
        return self.model_copy(update={"state": state, "reason": reason, "next_at": None})


def wait_after(
    event: str, attempt: Attempt, elapsed: timedelta, delays_s: Sequence[float]
) -> timedelta | None:
    """How long to wait for the next attempt; None: there is none any more.

    A receiver may ask for more time, within the day.
    """
    if attempt.number > len(delays_s) or elapsed >= LONGEST_ROUND:
        return None
    own = delays_s[attempt.number - 1] * (1 - JITTER * _fraction(f"{event} {attempt.number}"))
    left = (LONGEST_ROUND - elapsed).total_seconds()
    return timedelta(seconds=min(max(own, attempt.retry_after_s), max(own, left)))


def wait_while_busy(event: str, times: int) -> timedelta:
    """How long to wait after being turned away so often: longer each time, and not all alike."""
    longest = min(SHORTEST_BUSY_S * 2 ** min(times, 10), LONGEST_BUSY_S)
    return timedelta(seconds=longest * (1 - _fraction(f"{event} busy {times}") / 2))


def _fraction(text: str) -> float:
    """Of 1; the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


def read_retry_after(text: str, at: datetime, moment: datetime | None) -> int:
    """The seconds that a Retry-After asks for; `moment` is what it says as a date."""
    if text.strip().isascii() and text.strip().isdigit():
        return min(int(text.strip()[:9]), int(LONGEST_ROUND.total_seconds()))
    seconds = (moment - at).total_seconds() if moment else 0
    return int(min(max(seconds, 0), LONGEST_ROUND.total_seconds()))
