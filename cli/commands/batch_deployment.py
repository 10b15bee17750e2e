"""`batch-deployment`: models behind an endpoint."""

from cli.answers import JSON
from cli.commands import batch_endpoint
from cli.context import Context
from cli.views.deployment import deployment_view


def show(context: Context, name: str, endpoint_name: str) -> JSON:
    document = context.service.get(f"batchEndpoints/{endpoint_name}/deployments/{name}")
    return deployment_view(document)


def list_all(context: Context, endpoint_name: str) -> list[JSON]:
    deployments = context.service.pages(f"batchEndpoints/{endpoint_name}/deployments")
    return [deployment_view(one) for one in deployments]


def list_jobs(context: Context, name: str, endpoint_name: str) -> list[JSON]:
    return batch_endpoint.list_jobs(context, endpoint_name, name)


def delete(
    context: Context,
    name: str,
    endpoint_name: str,
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
) -> None:
    batch_endpoint.delete(context, endpoint_name, name, no_wait)
