"""Endpoints in ARM JSON, to and from the domain.

`read_*` take the body of a request and raise InvalidRequest; `write_*` give the `properties` of a
GET. Read-only fields that a client sends back are ignored, as ARM does.
"""

from collections.abc import Callable

from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import deployment_name, endpoint_name
from shared.schemas.arm_envelope import (
    OPERATION_URI,
    TRACKED,
    closed,
    opened,
    read_description,
    read_own_properties,
    read_tags,
)
from shared.schemas.fields import Fields

AAD = "aadToken"
READ_ONLY = ("provisioningState", "scoringUri", "swaggerUri", "keys")
ALL, NOTHING = 100, 0


def read_endpoint(name: str, body: JSON) -> Endpoint:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    if properties.choice("authMode", {AAD: AAD, "AADToken": AAD}) is None and properties.has(
        "authMode"
    ):
        raise InvalidRequest(
            "'properties.authMode' is empty.", fix=f"Use {AAD}.", target="authMode"
        )
    endpoint = Endpoint(
        name=endpoint_name(name),
        description=read_description(properties),
        default_deployment=_read_default(properties),
        tags=read_tags(envelope),
        properties=read_own_properties(properties),
        extras=envelope.extras(*TRACKED),
    )
    properties.ignore(*READ_ONLY)
    closed(envelope, properties)
    return endpoint


def patch_endpoint(body: JSON) -> Callable[[Endpoint], Endpoint]:
    """What a PATCH changes: tags, the description, the default deployment, ARM's own."""
    envelope, properties = opened(body)
    sent = {
        "tags": read_tags(envelope) if envelope.has("tags") else None,
        "description": read_description(properties) if properties.has("description") else None,
        "default_deployment": _read_default(properties) or None,
    }
    extras = envelope.extras(*TRACKED)
    properties.ignore(*READ_ONLY, "authMode")
    closed(envelope, properties)
    changes = {name: value for name, value in sent.items() if value is not None}
    return lambda endpoint: endpoint.model_copy(
        update={**changes, "extras": endpoint.extras | extras}
    )


def write_endpoint(
    endpoint: Endpoint, *, scoring_uri: str, swagger_uri: str, operation_uri: str
) -> JSON:
    # `defaults` is always an object: clients set its deploymentName without asking first.
    return {
        "description": endpoint.description,
        "authMode": AAD,
        "defaults": {"deploymentName": endpoint.default_deployment or None},
        "scoringUri": scoring_uri,
        "swaggerUri": swagger_uri,
        "properties": {**endpoint.properties, OPERATION_URI: operation_uri},
        "provisioningState": endpoint.state,
    }


def _read_default(properties: Fields) -> str:
    """The default deployment, by today's field or by the traffic of 2021; empty if not given."""
    defaults = properties.object("defaults")
    default = defaults.text("deploymentName")
    defaults.refuse_others()
    routed = _read_traffic(properties)
    if default and routed and default.lower() != routed.lower():
        raise InvalidRequest(
            f"The default deployment is '{default[:50]}', but the traffic goes to '{routed[:50]}'.",
            fix="Name the same deployment in both, or leave out properties.traffic.",
            target="properties.traffic",
        )
    chosen = default or routed
    return deployment_name(chosen) if chosen else ""


def _read_traffic(properties: Fields) -> str:
    """The deployment that gets all of it: a batch endpoint's traffic cannot be split."""
    traffic = properties.object("traffic")
    names = [name for name, _ in traffic.entries()]
    shares = {name: traffic.integer(name) for name in names}
    wrong = [name for name, share in shares.items() if share not in {ALL, NOTHING}]
    chosen = [name for name, share in shares.items() if share == ALL]
    if wrong or len(chosen) > 1:
        excerpt = ", ".join(f"{name[:50]}: {share}" for name, share in shares.items())
        raise InvalidRequest(
            f"'properties.traffic' is {{{excerpt[:500]}}}.",
            fix="Give one deployment 100 and the others 0; it becomes the default.",
            target="properties.traffic",
        )
    return chosen[0] if chosen else ""
