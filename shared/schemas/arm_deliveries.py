"""Deliveries as they are shown: the event, and every attempt at it."""

from shared.domain.delivery import Attempt, Delivery
from shared.domain.job import utc
from shared.domain.message import JSON


def write_delivery(delivery: Delivery, own_id: str, *, is_whole: bool) -> JSON:
    """In ARM's envelope; the whole one has its event and its attempts."""
    event = delivery.event
    properties: dict[str, JSON] = {
        "event": event["type"],
        "job": event["subject"],
        "url": delivery.url or None,
        "state": delivery.state,
        "reason": delivery.reason or None,
        "round": delivery.round,
        "attemptCount": len(delivery.attempts),
        "lastAttempt": _attempt(delivery.attempts[-1]) if delivery.attempts else None,
        "nextAttemptAt": utc(delivery.next_at) if delivery.next_at else None,
        "createdAt": utc(delivery.created_at),
    }
    if is_whole:
        properties["attempts"] = [_attempt(one) for one in delivery.attempts]
        properties["content"] = event
    return {"id": own_id, "name": delivery.id, "properties": properties}


def _attempt(attempt: Attempt) -> JSON:
    return {
        "round": attempt.round,
        "number": attempt.number,
        "at": utc(attempt.at),
        "statusCode": attempt.status or None,
        "error": attempt.error or None,
        "durationMs": attempt.duration_ms,
        "retryAfterSeconds": attempt.retry_after_s or None,
    }
