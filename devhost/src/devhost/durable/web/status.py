"""The status of an instance, and the links to it, as JSON."""

import json
from typing import Any
from urllib.parse import quote

from devhost.durable.storage.queries import InstanceRow
from devhost.durable.web.call import BASE
from devhost.durable.web.times import to_second
from devhost.durable.wire_format import STATUS_NAMES


def status_json(row: InstanceRow, *, has_input: bool = True) -> dict[str, Any]:
    return {
        "name": row.name,
        "instanceId": row.id,
        "runtimeStatus": STATUS_NAMES[row.status],
        "input": payload(row.input) if has_input else None,
        "customStatus": payload(row.custom_status),
        "output": payload(row.output),
        "createdTime": to_second(row.created),
        "lastUpdatedTime": to_second(row.updated),
    }


def payload(text: str | None) -> Any:
    """JSON as what it says; other text as it is."""
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def links(origin: str, instance_id: str, hub: str, key: str) -> dict[str, str]:
    """What a client that started an instance gets, to manage it."""
    base = f"{origin}{BASE}/instances/{quote(instance_id, safe='')}"
    query = f"taskHub={hub}&connection=Storage&code={key}"
    return {
        "id": instance_id,
        "statusQueryGetUri": f"{base}?{query}",
        "sendEventPostUri": f"{base}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{base}/terminate?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{base}?{query}",
        "restartPostUri": f"{base}/restart?{query}",
        "suspendPostUri": f"{base}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{base}/resume?reason={{text}}&{query}",
    }
