"""Deliver an event: make one attempt, write down what came of it, and say when the next is.

An attempt that was written down is not made again, whoever asks; one that a kill cut off before is,
under the same id.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.application.starting import ensure_started
from shared.domain.delivery import (
    GONE,
    Attempt,
    AttemptResult,
    AttemptTask,
    Delivery,
    DeliveryTarget,
    TargetKind,
    read_retry_after,
)
from shared.domain.errors import NotFound
from shared.domain.function_names import DELIVER_EVENT
from shared.domain.job_event import MEDIA_TYPE
from shared.domain.webhook import Receiver, Webhook, WebhookState
from shared.domain.webhook_signature import signed_headers
from shared.outbound import Outbound, PostAnswer, PostBusy, PostFailed, Topic
from shared.ports import Orchestrations
from shared.stores.deliveries import Deliveries
from shared.stores.receivers import Receivers
from shared.stores.registry import Registry

log = logging.getLogger(__name__)
OVER, BUSY = AttemptResult(is_over=True), AttemptResult(is_over=False, is_busy=True)


class Unwanted(Exception):
    """Nobody is to be called any more; in words, why."""


@dataclass(frozen=True)
class DeliverEvent:
    registry: Registry
    receivers: Receivers
    deliveries: Deliveries
    outbound: Outbound
    topic: Topic
    delays_s: Sequence[float]
    limit_s: float
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __call__(self, task: AttemptTask) -> AttemptResult:
        own = task.delivery
        delivery = self.deliveries.find(own.target, own.event)
        if delivery is None or delivery.is_over or delivery.round != own.round:
            return OVER
        if delivery.attempts_made < task.number:
            try:
                delivery = self._attempt(delivery, task.number)
            except PostBusy:
                return BUSY
        if delivery.is_over or delivery.next_at is None:
            return OVER
        wait = delivery.next_at - self.clock()
        return AttemptResult(is_over=False, wait_s=max(wait.total_seconds(), 0))

    def again(self, target: DeliveryTarget, event: str, orchestrations: Orchestrations) -> Delivery:
        """Another round for a delivery that is over; one that is not goes on. Raises NotFound."""
        delivery = self.deliveries.change(
            target, event, lambda old: old.again() if old.is_over else old
        )
        task = delivery.task
        ensure_started(orchestrations, DELIVER_EVENT, task.instance, task.to_wire(), again=True)
        return delivery

    def _attempt(self, delivery: Delivery, number: int) -> Delivery:
        try:
            attempt = self._post(delivery, number)
        except Unwanted as unwanted:
            reason = str(unwanted)
            return self._keep(delivery, lambda old: old.dropped(reason))
        log.info(
            "delivery=%s target=%s attempt=%d status=%s %s",
            delivery.id,
            delivery.target.path,
            number,
            attempt.status or "none",
            attempt.error,
        )
        if attempt.status == GONE:
            self._pause(delivery.target)
        return self._keep(delivery, lambda old: old.after(attempt, self.delays_s))

    def _keep(self, delivery: Delivery, change: Callable[[Delivery], Delivery]) -> Delivery:
        """What another round, or a twin, wrote meanwhile stays."""

        def keep(old: Delivery) -> Delivery:
            is_same = old.round == delivery.round and not old.is_over
            return change(old) if is_same and old.attempts == delivery.attempts else old

        return self.deliveries.change(delivery.target, delivery.id, keep)

    def _post(self, delivery: Delivery, number: int) -> Attempt:
        """Raises Unwanted and PostBusy."""
        body = json.dumps(delivery.event, ensure_ascii=False, separators=(",", ":")).encode()
        at, started = self.clock(), time.monotonic()
        answer, error = PostAnswer(0), ""
        try:
            answer = self._send(delivery, body, at)
        except PostFailed as failure:
            error = str(failure)
        if answer.is_redirect:
            error = "Redirects are not followed: name the address that they lead to."
        return Attempt(
            round=delivery.round,
            number=number,
            at=at,
            status=answer.status,
            error=error,
            duration_ms=int((time.monotonic() - started) * 1000),
            retry_after_s=_retry_after(answer, at),
        )

    def _send(self, delivery: Delivery, body: bytes, at: datetime) -> PostAnswer:
        if delivery.target.kind is TargetKind.TOPIC:
            if not self.topic.is_set:
                raise Unwanted("No Event Grid topic is set any more.")
            return self.topic.post(body, MEDIA_TYPE, limit_s=self.limit_s)
        receiver = self._receiver(delivery.target)
        headers = {
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
            **signed_headers(receiver.keys(at), delivery.id, at, body),
        }
        return self.outbound.post(receiver.url, body, headers, limit_s=self.limit_s)

    def _receiver(self, target: DeliveryTarget) -> Receiver:
        if target.kind is TargetKind.WEBHOOK:
            webhook = self._webhook(target)
            if webhook is None:
                raise Unwanted("The webhook was deleted.")
            if webhook.state is WebhookState.PAUSED:
                raise Unwanted("The webhook is paused.")
        receiver = self.receivers.find(target)
        if receiver is None:
            raise Unwanted("The webhook was deleted.")
        return receiver

    def _webhook(self, target: DeliveryTarget) -> Webhook | None:
        entry = self.registry.webhooks.find(target.endpoint, target.name)
        is_same = entry is not None and entry.resource.incarnation == target.life
        return entry.resource if entry and is_same else None

    def _pause(self, target: DeliveryTarget) -> None:
        if target.kind is not TargetKind.WEBHOOK or self._webhook(target) is None:
            return

        def pause(webhook: Webhook) -> Webhook:
            problem = "Its receiver answered 410, gone for good. Change its url, or delete it."
            paused = {"state": WebhookState.PAUSED, "problem": problem}
            is_same = webhook.incarnation == target.life
            return webhook.model_copy(update=paused) if is_same else webhook

        try:
            self.registry.webhooks.change(pause, target.endpoint, target.name)
        except NotFound:
            return


def _retry_after(answer: PostAnswer, at: datetime) -> int:
    text = answer.headers.get("retry-after", "")
    try:
        moment = parsedate_to_datetime(text) if text.strip() else None
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return read_retry_after(text, at, moment)
