"""A compute as az ml prints it."""

import re

from cli.answers import JSON
from cli.views.arm import identity, snake

TIERS = {"LowPriority": "low_priority", "Dedicated": "dedicated"}


def compute_view(document: JSON) -> JSON:
    outer = document["properties"]
    inner = outer.get("properties") or {}
    scale = inner.get("scaleSettings") or {}
    return {
        **identity(document),
        "created_on": outer.get("createdOn"),
        "description": outer.get("description") or "",
        "enable_node_public_ip": inner.get("enableNodePublicIp", True),
        "idle_time_before_scale_down": _seconds(scale.get("nodeIdleTimeBeforeScaleDown")),
        "location": document.get("location") or outer.get("computeLocation") or "",
        "max_instances": scale.get("maxNodeCount"),
        "min_instances": scale.get("minNodeCount"),
        "network_settings": {},
        "provisioning_state": outer.get("provisioningState"),
        "size": inner.get("vmSize"),
        "ssh_public_access_enabled": inner.get("remoteLoginPortPublicAccess") == "Enabled",
        "tags": document.get("tags") or {},
        "tier": TIERS.get(inner.get("vmPriority", ""), snake(inner.get("vmPriority") or "")),
        "type": (outer.get("computeType") or "").lower(),
    }


def _seconds(duration: str | None) -> int | None:
    """`PT120S` -> 120; the service writes seconds only."""
    match = re.fullmatch(r"PT(\d+)S", duration or "")
    return int(match[1]) if match else None
