"""Computes in ARM JSON, to and from the domain.

`read_compute` takes the body of a PUT and raises InvalidRequest. What belongs to real machines -
network, image, identity - is kept and shown again; of a login, its name only.
"""

from typing import Any

from shared.domain.compute import DEFAULT_IDLE_S, DEFAULT_SIZE, Compute, Priority
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON, Extras
from shared.domain.names import compute_name
from shared.schemas.arm_envelope import TRACKED, closed, opened, read_description, read_tags
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields

TYPE = "AmlCompute"
OTHER_TYPES = (
    "AKS",
    "Kubernetes",
    "ComputeInstance",
    "VirtualMachine",
    "HDInsight",
    "DataFactory",
    "Databricks",
    "DataLakeAnalytics",
    "SynapseSpark",
)
PRIORITIES = {priority.value: priority.value for priority in Priority}
REMOTE_LOGINS = {name: name for name in ("Enabled", "Disabled", "NotSpecified")}
WIRE_NAMES = {
    "max_nodes": "properties.properties.scaleSettings.maxNodeCount",
    "min_nodes": "properties.properties.scaleSettings.minNodeCount",
    "idle_s": "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    "": "properties.properties.scaleSettings",
}
READ_ONLY = (
    "provisioningState",
    "provisioningErrors",
    "createdOn",
    "modifiedOn",
    "isAttachedCompute",
    "computeLocation",
    "resourceId",
    "disableLocalAuth",
)
LOGIN = "userAccountCredentials"
MACHINE_EXTRAS = ("subnet", "virtualMachineImage", "isolatedNetwork")
OF_MACHINES = (
    "osType",
    "propertyBag",
    "errors",
    "allocationState",
    "allocationStateTransitionTime",
    "currentNodeCount",
    "targetNodeCount",
    "nodeStateCounts",
)


def read_compute(name: str, body: JSON) -> Compute:
    """Raises InvalidRequest."""
    envelope, outer = opened(body)
    _check_type(outer)
    inner = outer.object("properties")
    scale = inner.object("scaleSettings")
    sent = {
        "max_nodes": _max_nodes(scale),
        "min_nodes": scale.integer("minNodeCount") or 0,
        "idle_s": _or(scale.seconds("nodeIdleTimeBeforeScaleDown"), DEFAULT_IDLE_S),
        "size": inner.text("vmSize") or DEFAULT_SIZE,
        "priority": inner.choice("vmPriority", PRIORITIES) or Priority.DEDICATED.value,
        "remote_login": inner.choice("remoteLoginPortPublicAccess", REMOTE_LOGINS)
        or "NotSpecified",
        "has_public_ip": inner.raw("enableNodePublicIp") is not False,
        "description": read_description(outer),
        "tags": read_tags(envelope),
        "machines": _machines(inner),
        "extras": envelope.extras(*TRACKED),
    }
    scale.refuse_others()
    inner.ignore(*OF_MACHINES)
    inner.refuse_others()
    outer.ignore(*READ_ONLY)
    closed(envelope, outer)
    with refusals(WIRE_NAMES):
        return Compute.from_wire({"name": compute_name(name), **sent})


def _check_type(outer: Fields) -> None:
    kind = outer.required("computeType", TYPE)
    if kind.lower() != TYPE.lower():
        known = {name.lower(): name for name in OTHER_TYPES}
        raise InvalidRequest(
            f"The compute type '{known.get(kind.lower(), kind[:100])}' is not supported.",
            fix=f"Use {TYPE}: batch endpoints score on clusters.",
            target=outer.path("computeType"),
        )


def _machines(inner: Fields) -> Extras:
    extras = inner.extras(*MACHINE_EXTRAS)
    if name := inner.object(LOGIN).text("adminUserName"):
        extras[LOGIN] = {"adminUserName": name}
    return extras


def _max_nodes(scale: Fields) -> int:
    most = scale.integer("maxNodeCount")
    if most is None:
        raise InvalidRequest(
            f"'{scale.path('maxNodeCount')}' is missing.",
            fix="Give the most instances that a job may use, such as 4.",
            target=scale.path("maxNodeCount"),
        )
    return most


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def write_compute(compute: Compute, *, location: str, created: str, modified: str) -> JSON:
    """The `properties` of a GET: `created` and `modified` are ISO 8601."""
    machines: dict[str, Any] = {
        **compute.machines,
        "vmSize": compute.size,
        "vmPriority": compute.priority,
        "scaleSettings": {
            "minNodeCount": compute.min_nodes,
            "maxNodeCount": compute.max_nodes,
            "nodeIdleTimeBeforeScaleDown": f"PT{compute.idle_s}S",
        },
        "osType": "Linux",
        "enableNodePublicIp": compute.has_public_ip,
        "remoteLoginPortPublicAccess": compute.remote_login,
        "allocationState": "Steady",
        "currentNodeCount": compute.min_nodes,
        "targetNodeCount": compute.min_nodes,
    }
    return {
        "computeType": TYPE,
        "computeLocation": location,
        "description": compute.description,
        "createdOn": created,
        "modifiedOn": modified,
        "provisioningState": "Succeeded",
        "provisioningErrors": None,
        "isAttachedCompute": False,
        "disableLocalAuth": True,
        "resourceId": None,
        "properties": machines,
    }
