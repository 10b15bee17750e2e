"""The bodies of webhooks: what OpenAPI shows of them."""

from functools import partial

from shared.domain.webhook import PREFIX
from shared.schemas import arm_webhooks
from shared.schemas.shapes import BodyShape

SAMPLE = f"{PREFIX}{'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}"

WEBHOOK = BodyShape(
    "Webhook",
    partial(arm_webhooks.read_webhook, "wine-scorer", "cellar"),
    [
        {
            "tags": {"team": "wine"},
            "properties": {
                "description": "Tells the cellar.",
                "url": arm_webhooks.EXAMPLE_URL,
                "events": ["job.started", "job.ended"],
                "state": "Enabled",
                "secret": SAMPLE,
            },
        }
    ],
)
NEW_SECRET = BodyShape(
    "NewSecret", arm_webhooks.read_new_secret, [{"secret": SAMPLE}], may_be_empty=True
)
