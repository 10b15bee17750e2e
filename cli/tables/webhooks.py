"""Webhooks: who is called back when jobs start or end."""

from cli.command import Command

GROUPS = {"webhook": "Webhooks, which are called when jobs of an endpoint start or end."}

_ROW = "{name:name, endpoint:endpoint_name, url:url, events:join(', ', events), state:state}"
_DELIVERY = (
    "{name:name, event:event, job:job, state:state, attempts:attempt_count, "
    "status:last_attempt.status_code, next:next_attempt_at}"
)

COMMANDS = (
    Command(
        "webhook create",
        "webhook#create",
        "Create a webhook, or replace it; a secret that is made for it is shown once.",
        table=_ROW,
    ),
    Command("webhook show", "webhook#show", "Show a webhook.", table=_ROW),
    Command("webhook list", "webhook#list_all", "List an endpoint's webhooks.", table=f"[].{_ROW}"),
    Command(
        "webhook update",
        "webhook#update",
        "Change a webhook: its address, its events, its state, its words.",
        table=_ROW,
    ),
    Command(
        "webhook delete",
        "webhook#delete",
        "Delete a webhook with its secrets and the log of its deliveries.",
        confirmation="Delete this webhook?",
    ),
    Command(
        "webhook rotate-secret",
        "webhook#rotate_secret",
        "Give a webhook another secret; the one before signs for another day.",
    ),
    Command(
        "webhook deliveries",
        "webhook#deliveries",
        "List what a webhook was told, the newest job first; or show one with its attempts.",
        table=f"[].{_DELIVERY}",
    ),
    Command(
        "webhook redeliver", "webhook#redeliver", "Deliver an event once more.", table=_DELIVERY
    ),
)
