"""What every ARM body has: an envelope, and properties inside it."""

from shared.domain.message import JSON
from shared.schemas.fields import Fields

# Read-only, or without a meaning here; clients send back what they got.
ENVELOPE = ("id", "name", "type", "location", "systemData", "identity", "kind", "sku", "etag")


def opened(body: JSON) -> tuple[Fields, Fields]:
    """The envelope and its properties; raises InvalidRequest when either is no object."""
    envelope = Fields(body)
    return envelope, envelope.object("properties")


def closed(envelope: Fields, properties: Fields) -> None:
    """Raise InvalidRequest for a field that nobody took."""
    envelope.ignore(*ENVELOPE, "tags")
    properties.refuse_others()
    envelope.refuse_others()
