"""A job as `invoke` and `list-jobs` print it: in the shape of `job show`, and as in 2021."""

from cli.answers import JSON
from cli.views.job import job_view


def invocation_view(document: JSON) -> JSON:
    """`document` is the scoring URI's. Scripts of 2021 read its `interaction_endpoints`."""
    properties = document["properties"]
    services = document.get("services") or {}
    view: dict[str, JSON] = job_view(
        {**document, "properties": {**properties, "services": services}}, document
    )
    return view | {
        "id": document["id"],
        "type": document.get("type"),
        "display_name": document["name"],
        "endpoint_name": properties.get("endpointName"),
        "deployment_name": properties.get("deploymentName"),
        "interaction_endpoints": view["services"],
    }
