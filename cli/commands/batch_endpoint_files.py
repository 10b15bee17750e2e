"""`batch-endpoint create` and `update`: endpoints from files, and what flags change of them."""

from collections.abc import Sequence
from dataclasses import replace

from cli.answers import JSON
from cli.commands.batch_endpoint import check_type
from cli.context import Context
from cli.endpoints import endpoint_changes
from cli.endpoints.command_document import Settings, document_of, endpoint_of, named, read_pairs
from cli.endpoints.deploy import Manner, deploy
from cli.errors import UsageError
from cli.views.endpoint import view_for
from shared.schemas.az_yaml.deployment_file import deployment_spec
from shared.schemas.az_yaml.endpoint_file import RULE, chosen, endpoint_spec, read_traffic
from shared.schemas.az_yaml.files import EndpointFile
from shared.schemas.az_yaml.nodes import Position

PREVIEW_ONLY = {"traffic", "deployments"}


def create(
    context: Context,
    file: str = "",
    name: str = "",
    settings: Settings = None,
    skip_script_validation: bool = False,  # noqa: FBT001, FBT002  # a switch
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
    endpoint_type: str = "",
) -> JSON:
    check_type(endpoint_type)
    spec = _spec(file, name, settings, endpoint_type)
    manner = Manner(no_wait, not skip_script_validation)
    return view_for(endpoint_type, endpoint_changes.create(context.service, spec, manner))


def update(
    context: Context,
    file: str = "",
    name: str = "",
    deployment_file: str = "",
    traffic: Sequence[str] = (),
    defaults: Sequence[str] = (),
    settings: Settings = None,
    skip_script_validation: bool = False,  # noqa: FBT001, FBT002  # a switch
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
    endpoint_type: str = "",
) -> JSON:
    check_type(endpoint_type)
    service, manner = context.service, Manner(no_wait, not skip_script_validation)
    default = _default(traffic, defaults)
    if deployment_file:
        deployment = deployment_spec(document_of(deployment_file, settings))
        endpoint = endpoint_of(name or deployment.endpoint)
        own = replace(manner, sets_default=default == deployment.name)
        deploy(service, deployment, endpoint, own)
        spec = EndpointFile(endpoint, {}, default="" if own.sets_default else default)
    else:
        spec = _spec(file, name, settings, endpoint_type)
        spec = replace(spec, default=default or spec.default)
    return view_for(endpoint_type, endpoint_changes.update(service, spec, manner))


def _spec(file: str, name: str, settings: Settings, endpoint_type: str) -> EndpointFile:
    """In 2021 the type might stand in the command alone."""
    document = document_of(file, settings, {"name": name})
    if endpoint_type and PREVIEW_ONLY & set(document.root.entries):
        document = document_of(file, settings, {"name": name, "type": endpoint_type.lower()})
    spec = endpoint_spec(document)
    named(spec.name, "name of the endpoint", "Write name in the file, or --name.")
    return spec


def _default(traffic: Sequence[str], defaults: Sequence[str]) -> str:
    """The deployment that --traffic or --defaults chooses; '' for none."""
    pairs = read_pairs(defaults, "--defaults")
    if others := set(pairs) - {"deployment_name"}:
        raise UsageError(
            f"--defaults '{others.pop()}' is not a default of an endpoint.",
            fix="Write --defaults deployment_name=my-deployment.",
        )
    shares = read_traffic(read_pairs(traffic, "--traffic"), Position("--traffic"))
    if shares and not chosen(shares):
        raise UsageError("--traffic gives 100 to no deployment.", fix=RULE)
    return pairs.get("deployment_name", "") or chosen(shares)
