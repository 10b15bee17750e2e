"""Put a webhook: create it, change it, or change its secret; and delete it with its secrets.

1. Of a new one the receiver is written first, under a key that nobody else has: a webhook that is
   there can be called.
2. Of one that is there the resource is written first, for its conditions decide.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.find_webhook import find_webhook, target_of
from shared.application.write import Write
from shared.domain.delivery import TargetKind
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.webhook import HIDDEN, Receiver, Webhook, new_secret, shown_url
from shared.outbound import Outbound
from shared.stores.deliveries import Deliveries
from shared.stores.receivers import Receivers
from shared.stores.registry import Registry, Stored

MOST = 10  # webhooks of one endpoint: each costs every job a few calls


@dataclass(frozen=True)
class WebhookRequest:
    """What a client puts: the whole address, and a secret, empty to keep it or have one made."""

    webhook: Webhook
    url: str
    secret: str = ""


@dataclass(frozen=True)
class PutAnswer:
    """`secret` is one that the service made just now; nobody is ever shown it again."""

    entry: Stored[Webhook]
    receiver: Receiver
    is_new: bool
    secret: str = ""


@dataclass(frozen=True)
class PutWebhook:
    registry: Registry
    receivers: Receivers
    deliveries: Deliveries
    outbound: Outbound
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __call__(self, endpoint: Endpoint, request: WebhookRequest, write: Write) -> PutAnswer:
        """Raises Conflict, InvalidRequest and PreconditionFailed."""
        endpoint.check_stays()
        old = self._find(endpoint, request.webhook.name)
        if old is None:
            return self._create(endpoint, request, write)
        return self._replace(old, request, write)

    def rotate(self, endpoint: Endpoint, name: str, secret: str) -> tuple[Receiver, str]:
        """The receiver with another secret, and the secret if the service made it."""
        webhook = find_webhook(self.registry, endpoint, name).resource
        made = "" if secret else new_secret()
        chosen = secret or made
        now = self.clock()
        changed = self.receivers.change(target_of(webhook), lambda old: old.rotated(chosen, now))
        return changed, made

    def delete(self, endpoint: Endpoint, name: str, write: Write) -> None:
        """With its secrets and the log of its deliveries. Raises what a repository raises."""
        entry = find_webhook(self.registry, endpoint, name)
        own = entry.resource
        self.registry.webhooks.delete(endpoint.name, name, if_match=write.if_match)
        self.receivers.erase_name(TargetKind.WEBHOOK, endpoint.name, own.name.lower())
        self.deliveries.erase(TargetKind.WEBHOOK, endpoint.name, own.name.lower())

    def receiver(self, webhook: Webhook) -> Receiver | None:
        return self.receivers.find(target_of(webhook))

    def _find(self, endpoint: Endpoint, name: str) -> Stored[Webhook] | None:
        try:
            return find_webhook(self.registry, endpoint, name)
        except NotFound:
            return None

    def _create(self, endpoint: Endpoint, request: WebhookRequest, write: Write) -> PutAnswer:
        self._check_room(endpoint)
        self._check_url(request.url)
        made = "" if request.secret else new_secret()
        webhook = request.webhook.model_copy(
            update={
                "url": shown_url(request.url),
                "incarnation": _new_incarnation(),
                "endpoint_incarnation": endpoint.incarnation,
            }
        )
        receiver = Receiver(url=request.url, secret=request.secret or made)
        self.receivers.put(target_of(webhook), receiver)
        try:
            entry, is_new = self._save(webhook, write)
        except Exception:
            self.receivers.erase(target_of(webhook))
            raise
        return PutAnswer(entry, receiver, is_new, made)

    def _replace(self, old: Stored[Webhook], request: WebhookRequest, write: Write) -> PutAnswer:
        own, now = old.resource, self.clock()
        is_shown = request.url == own.url  # what a GET showed: the whole address stays
        if not is_shown:
            self._check_url(request.url)
        kept = {
            "url": shown_url(request.url),
            "incarnation": own.incarnation,
            "endpoint_incarnation": own.endpoint_incarnation,
        }
        entry, is_new = self._save(request.webhook.model_copy(update=kept), write)

        def change(receiver: Receiver) -> Receiver:
            url = receiver.url if is_shown else request.url
            moved = receiver.model_copy(update={"url": url})
            return moved.rotated(request.secret, now) if request.secret else moved

        receiver = self.receivers.change(target_of(own), change)
        return PutAnswer(entry, receiver, is_new)

    def _save(self, webhook: Webhook, write: Write) -> tuple[Stored[Webhook], bool]:
        return self.registry.webhooks.save(
            webhook,
            webhook.endpoint,
            webhook.name,
            by=write.by,
            merge=lambda old, new: new.replacing(old),
            if_match=write.if_match,
            if_absent=write.if_absent,
        )

    def _check_url(self, url: str) -> None:
        if url.endswith(f"?{HIDDEN}"):
            raise InvalidRequest(
                f"'{url}' has '{HIDDEN}' in place of its query, which is shown to nobody.",
                fix="Write the whole address, with its query.",
                target="properties.url",
            )
        self.outbound.check(url, target="properties.url")

    def _check_room(self, endpoint: Endpoint) -> None:
        if len(self.registry.webhooks.names(endpoint.name)) >= MOST:
            raise Conflict(
                f"Endpoint '{endpoint.name}' has {MOST} webhooks, and may have no more.",
                fix="Delete one first.",
                target="webhook",
            )


def _new_incarnation() -> str:
    """Later ones sort after earlier ones."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}"
