"""Webhooks in ARM's form of JSON, to and from the domain; the shape is this service's own."""

from datetime import datetime
from typing import Never

from shared.domain.errors import InvalidRequest
from shared.domain.job import utc
from shared.domain.message import JSON, Message
from shared.domain.names import endpoint_name
from shared.domain.webhook import (
    DEFAULT_EVENTS,
    EVENT_WORDS,
    LONGEST_URL,
    Webhook,
    WebhookState,
    key_of,
)
from shared.schemas.arm_envelope import closed, opened, read_description, read_tags
from shared.schemas.fields import Fields

STATES = {state.value: state.value for state in WebhookState}
READ_ONLY = ("provisioningState", "previousSecretUntil", "problem")
EXAMPLE_URL = "https://example.com/jobs"


class JobWebhook(Message):
    """The webhook of one invocation. `secret` is empty to have one made."""

    url: str
    events: tuple[str, ...]
    secret: str = ""


class WebhookBody(Message):
    """What a client puts. `url` is the whole address; `secret` is empty if it gave none."""

    webhook: Webhook
    url: str
    secret: str = ""


def read_webhook(endpoint: str, name: str, body: JSON) -> WebhookBody:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    url, secret = _read_url(properties), _read_secret(properties)
    webhook = Webhook(
        name=endpoint_name(name, "webhook"),
        endpoint=endpoint,
        url=url,
        events=_read_events(properties),
        state=WebhookState(properties.choice("state", STATES) or WebhookState.ENABLED),
        description=read_description(properties),
        tags=read_tags(envelope),
    )
    properties.ignore(*READ_ONLY)
    closed(envelope, properties)
    return WebhookBody(webhook=webhook, url=url, secret=secret)


def read_job_webhook(properties: Fields) -> JobWebhook | None:
    """That of an invocation, if it has one; raises InvalidRequest."""
    fields = properties.object("webhook")
    if not properties.has("webhook"):
        return None
    webhook = JobWebhook(
        url=_read_url(fields), events=_read_events(fields), secret=_read_secret(fields)
    )
    fields.refuse_others()
    return webhook


def read_new_secret(body: JSON) -> str:
    """The body of a rotation: a secret, or nothing to have one made. Raises InvalidRequest."""
    fields = Fields.of(body)
    secret = _read_secret(fields)
    fields.refuse_others()
    return secret


def refuse_webhook(fields: Fields, whose: str) -> None:
    """Raise InvalidRequest for an invocation that is kept: it may have no secret in it."""
    if fields.has("webhook"):
        raise InvalidRequest(
            f"'{fields.path('webhook')}' is not for {whose}.",
            fix="Put a webhook on the endpoint: it hears of every job.",
            target=fields.path("webhook"),
        )


def _read_url(fields: Fields) -> str:
    url = fields.required("url", EXAMPLE_URL)
    if len(url) > LONGEST_URL:
        raise InvalidRequest(
            f"'{fields.path('url')}' has {len(url)} characters.",
            fix=f"Use at most {LONGEST_URL}.",
            target=fields.path("url"),
        )
    return url


def _read_secret(fields: Fields) -> str:
    secret = fields.text("secret", longest=200)
    try:
        if secret:
            key_of(secret)
    except ValueError as refused:
        problem, _, fix = str(refused).partition(". ")
        path = fields.path("secret")
        raise InvalidRequest(f"'{path}': {problem}.", fix=fix, target=path) from None
    return secret


def _read_events(fields: Fields) -> tuple[str, ...]:
    given = fields.raw("events")
    if given is None:
        return DEFAULT_EVENTS
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list) or not words:
        _refuse_events(fields, given)
    for word in words:
        if word not in EVENT_WORDS:
            _refuse_events(fields, word)
    return tuple(dict.fromkeys(str(word) for word in words))


def _refuse_events(fields: Fields, value: JSON) -> Never:
    raise InvalidRequest(
        f"'{fields.path('events')}' has {str(value)[:100]!r}, which is no event.",
        fix=f"Give a list of {', '.join(EVENT_WORDS)}.",
        target=fields.path("events"),
    )


def write_webhook(webhook: Webhook, overlap: datetime | None, secret: str = "") -> dict[str, JSON]:
    """The `properties` of an answer; `secret` only where it was made just now."""
    shown = {
        "description": webhook.description,
        "url": webhook.url,
        "events": list(webhook.events),
        "state": webhook.state,
        "problem": webhook.problem or None,
        "previousSecretUntil": utc(overlap) if overlap else None,
        "provisioningState": "Succeeded",
    }
    return {**shown, "secret": secret} if secret else shown


def write_secret(secret: str, overlap: datetime | None) -> dict[str, JSON]:
    """The answer to a rotation."""
    return {"secret": secret or None, "previousSecretUntil": utc(overlap) if overlap else None}
