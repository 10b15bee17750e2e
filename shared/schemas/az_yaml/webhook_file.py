"""A webhook's file, to the body that is put."""

from shared.domain.message import JSON
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import WebhookFile
from shared.schemas.az_yaml.keys import Given, OneOrMore
from shared.schemas.az_yaml.kinds import Choice
from shared.schemas.az_yaml.nodes import Node
from shared.schemas.az_yaml.webhook_keys import CHANGES, EVENTS, WEBHOOK


def webhook_spec(document: YamlDocument) -> WebhookFile:
    """Raises InvalidRequest, with the position."""
    given = WEBHOOK.read(document.root)
    return WebhookFile(given.text("name"), given.text("endpoint_name"), _body(given))


def changed_webhook(root: Node) -> JSON:
    """The body that a mapping of what can be changed says."""
    return _body(CHANGES.read(root))


def check_events(node: Node) -> None:
    """Raise InvalidRequest for what no webhook is told of."""
    OneOrMore(Choice(EVENTS)).read(node, "events")


def _body(given: Given) -> JSON:
    return {"tags": given.get("tags", {}), "properties": CHANGES.wire(given)}
