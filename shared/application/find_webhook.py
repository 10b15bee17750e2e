"""Find a webhook of an endpoint, and to whom its events go."""

from shared.domain.delivery import DeliveryTarget, TargetKind
from shared.domain.endpoint import Endpoint
from shared.domain.errors import NotFound
from shared.domain.job import JobSpec
from shared.domain.webhook import Webhook
from shared.stores.registry import Registry, Stored


def find_webhook(registry: Registry, endpoint: Endpoint, name: str) -> Stored[Webhook]:
    """Raises NotFound, also for one of a deleted endpoint that bore the same name."""
    entry = registry.webhooks.get(endpoint.name, name)
    if entry.resource.endpoint_incarnation != endpoint.incarnation:
        raise NotFound(
            f"There is no webhook '{endpoint.name}:{name}'.",
            fix="Create the webhook first.",
            target=name,
        )
    return entry


def webhooks_of(registry: Registry, endpoint: Endpoint) -> list[Stored[Webhook]]:
    """All webhooks of an endpoint in name order."""
    entries = registry.webhooks.every(endpoint.name)
    return [one for one in entries if one.resource.endpoint_incarnation == endpoint.incarnation]


def target_of(webhook: Webhook) -> DeliveryTarget:
    return DeliveryTarget(
        kind=TargetKind.WEBHOOK,
        endpoint=webhook.endpoint,
        name=webhook.name,
        life=webhook.incarnation,
    )


def target_of_job(spec: JobSpec) -> DeliveryTarget:
    """The webhook that came with an invocation."""
    return DeliveryTarget(
        kind=TargetKind.JOB, endpoint=spec.endpoint, name=spec.name, life=spec.webhook
    )
