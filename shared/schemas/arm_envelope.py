"""What every ARM body has: an envelope, and properties inside it."""

from shared.domain.message import JSON, Tags
from shared.schemas.fields import Fields

# Read-only, or without a meaning here; clients send back what they got.
ENVELOPE = ("id", "name", "type", "location", "systemData", "etag")
# Of a resource with a location; without a meaning here.
TRACKED = ("identity", "kind", "sku")
LONGEST_DESCRIPTION, LONGEST_TAG = 5_000, 1_000
# Among a resource's own properties: where the operation that made it is followed. Read-only.
OPERATION_URI = "AzureAsyncOperationUri"


def opened(body: JSON) -> tuple[Fields, Fields]:
    """The envelope and its properties; raises InvalidRequest when either is no object."""
    envelope = Fields.of(body)
    return envelope, envelope.object("properties")


def read_description(properties: Fields) -> str:
    return properties.text("description", longest=LONGEST_DESCRIPTION)


def read_tags(fields: Fields, name: str = "tags") -> Tags:
    """Tags, or a resource's own properties: short texts under short names."""
    return fields.strings(name, longest=LONGEST_TAG)


def read_own_properties(properties: Fields) -> Tags:
    """The properties that a client gave a resource."""
    texts = read_tags(properties, "properties")
    return {name: text for name, text in texts.items() if name.lower() != OPERATION_URI.lower()}


def closed(envelope: Fields, properties: Fields) -> None:
    """Raise InvalidRequest for a field that nobody took."""
    envelope.ignore(*ENVELOPE, *TRACKED, "tags")
    properties.refuse_others()
    envelope.refuse_others()
