"""`batch-endpoint`, and `endpoint` of 2021: what is invoked."""

from cli.answers import JSON
from cli.context import Context
from cli.errors import UsageError
from cli.views.endpoint import view_for

BATCH = "batch"


def show(context: Context, name: str, endpoint_type: str = "") -> JSON:
    check_type(endpoint_type)
    return view_for(endpoint_type, context.service.get(f"batchEndpoints/{name}"))


def list_all(context: Context, endpoint_type: str = "") -> list[JSON]:
    check_type(endpoint_type)
    return [view_for(endpoint_type, one) for one in context.service.pages("batchEndpoints")]


def list_jobs(
    context: Context, name: str, deployment_name: str = "", endpoint_type: str = ""
) -> list[JSON]:
    from cli.views.invocation import invocation_view  # noqa: PLC0415  # a show has no jobs

    check_type(endpoint_type)
    deployment = f"/deployments/{deployment_name}" if deployment_name else ""
    jobs = context.service.pages(f"batchEndpoints/{name}{deployment}/jobs")
    return [invocation_view(one) for one in jobs]


def delete(
    context: Context,
    name: str,
    deployment_name: str = "",
    no_wait: bool = False,  # noqa: FBT001, FBT002  # a switch
    endpoint_type: str = "",
) -> None:
    """In 2021 an endpoint's deployment was deleted by this command, too."""
    from cli.endpoints import deletion  # noqa: PLC0415  # a show deletes nothing

    check_type(endpoint_type)
    deployment = f"/deployments/{deployment_name}" if deployment_name else ""
    deletion.delete(context.service, f"batchEndpoints/{name}{deployment}", no_wait=no_wait)


def check_type(endpoint_type: str) -> None:
    if endpoint_type.lower() not in {"", BATCH}:
        raise UsageError(
            f"--type '{endpoint_type}' is no type of endpoint that this service has.",
            fix="Write batch, or leave it out.",
        )
