"""What Event Grid posts of a storage account: in its own schema or as CloudEvents 1.0.

One event or an array; events of other kinds, and fields that are not named here, mean nothing.
"""

import re

from shared.domain.message import JSON, Message
from shared.domain.resolved_deployment import Location
from shared.schemas.fields import Fields

CREATED = ("Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobRenamed")
VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_SUBJECT = re.compile(
    r"/blobServices/default/containers/(?P<container>[^/]+)/blobs/(?P<path>.+)",
    re.IGNORECASE | re.DOTALL,
)


class BlobEvents(Message):
    """Where something was uploaded; or the code that a new subscription wants to have back."""

    blobs: list[Location]
    validation_code: str = ""


def read_blob_events(body: JSON) -> BlobEvents:
    """Raises InvalidRequest for what is no event."""
    events = [Fields.of(one) for one in (body if isinstance(body, list) else [body])]
    blobs, code = list[Location](), ""
    for event in events:
        kind = event.text("eventType") or event.required("type", CREATED[0])
        if kind == VALIDATION:
            code = event.object("data").required("validationCode", "a GUID")
        elif kind in CREATED and (match := _SUBJECT.fullmatch(event.text("subject"))):
            blobs.append(Location(container=match["container"], path=match["path"]))
    return BlobEvents(blobs=blobs, validation_code=code)
