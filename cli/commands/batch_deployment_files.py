"""`batch-deployment create` and `update`: deployments from files, and changes by `--set`."""

from cli.answers import JSON
from cli.context import Context
from cli.endpoints import deploy
from cli.endpoints.command_document import Settings, document_of, endpoint_of, named
from cli.endpoints.deploy import Manner
from cli.errors import UsageError
from cli.views.deployment import deployment_view
from shared.schemas.az_yaml.deployment_file import deployment_changes, deployment_spec


def create(
    context: Context,
    file: str,
    name: str = "",
    endpoint_name: str = "",
    settings: Settings = None,
    set_default: bool = False,  # noqa: FBT001, FBT002  # a switch
    skip_script_validation: bool = False,  # noqa: FBT001, FBT002  # a switch
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> JSON:
    flags = {"name": name, "endpoint_name": endpoint_name}
    spec = deployment_spec(document_of(file, settings, flags))
    endpoint = endpoint_of(spec.endpoint)
    manner = Manner(no_wait, not skip_script_validation, set_default)
    return deployment_view(deploy.deploy(context.service, spec, endpoint, manner))


def update(
    context: Context,
    file: str = "",
    name: str = "",
    endpoint_name: str = "",
    settings: Settings = None,
    set_default: bool = False,  # noqa: FBT001, FBT002  # a switch
    skip_script_validation: bool = False,  # noqa: FBT001, FBT002  # a switch
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> JSON:
    if not (file or settings or set_default):
        raise UsageError("Nothing is to be changed.", fix="Write --set key=value, or --file.")
    flags = {"name": name, "endpoint_name": endpoint_name}
    spec = deployment_changes(document_of(file, settings, flags))
    named(spec.name, "name of the deployment", "Write name in the file, or --name.")
    endpoint = endpoint_of(spec.endpoint)
    manner = Manner(no_wait, not skip_script_validation, set_default)
    return deployment_view(deploy.change(context.service, spec, endpoint, manner))
