"""An endpoint's file, of 2021 or of today, to the body that is put."""

from dataclasses import replace

from shared.domain.message import JSON
from shared.schemas.az_yaml import endpoint_keys as keys
from shared.schemas.az_yaml.deployment_file import deployment_of
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import DeploymentFile, EndpointFile
from shared.schemas.az_yaml.keys import Given
from shared.schemas.az_yaml.nodes import Node, Position, refusal

SHARES = {"0": 0, "100": 100}
RULE = "All data of a batch endpoint goes to one deployment: give it 100, and the others 0."


def endpoint_spec(document: YamlDocument) -> EndpointFile:
    """Raises InvalidRequest, with the position; a missing name is the caller's to ask for."""
    is_preview = "type" in document.root.entries
    table = keys.PREVIEW if is_preview else keys.TODAY
    given = table.read(document.root)
    properties = table.wire(given)
    tags = properties.pop("tags", {})
    deployments = _deployments(given, document)
    traffic = _traffic(given)
    defaults: Given | None = given.get("defaults")
    return EndpointFile(
        name=given.text("name"),
        body={"tags": tags, "properties": {"authMode": "aadToken"} | properties},
        deployments=deployments,
        traffic=traffic,
        default=defaults.text("deployment_name") if defaults else chosen(traffic),
    )


def chosen(traffic: dict[str, int]) -> str:
    """The deployment that gets everything; '' when none does."""
    return next((name for name, share in traffic.items() if share), "")


def read_traffic(shares: dict[str, str], position: Position) -> dict[str, int]:
    """The shares of deployments, by the rule. Raises InvalidRequest."""
    for name, share in shares.items():
        if share.strip().removesuffix("%") not in SHARES:
            raise refusal(position, f"'traffic.{name}' is '{share}'.", RULE, f"traffic.{name}")
    traffic = {name: SHARES[share.strip().removesuffix("%")] for name, share in shares.items()}
    if sum(traffic.values()) > SHARES["100"]:
        raise refusal(position, "'traffic' gives 100 to more than one deployment.", RULE, "traffic")
    return traffic


def _traffic(given: Given) -> dict[str, int]:
    shares: JSON = given.get("traffic", {})
    for name, share in shares.items():
        read_traffic({name: share}, given.at("traffic").entries[name].position)
    return read_traffic(shares, given.at("traffic").position) if shares else {}


def _deployments(given: Given, document: YamlDocument) -> tuple[DeploymentFile, ...]:
    """Of a list, or of names with deployments, as the first files of the preview had them."""
    if not given.get("deployments"):
        return ()
    node = given.at("deployments")
    named = {f"deployments[{at}]": one for at, one in enumerate(node.items)} | {
        f"deployments.{name}": _with_name(name, one) for name, one in node.entries.items()
    }
    return tuple(deployment_of(one, document.base, path) for path, one in named.items())


def _with_name(name: str, node: Node) -> Node:
    """The deployment's node, under the name that its key is; one of its own stays."""
    if not isinstance(node.content, dict):
        return node
    own = Node(name, node.key_position or node.position, text=name)
    return replace(node, content={"name": own} | node.content)
