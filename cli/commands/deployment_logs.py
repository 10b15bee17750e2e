"""`batch-deployment get-logs`: what a deployment's build and its `init()` printed."""

from cli.answers import JSON
from cli.context import Context
from cli.errors import UsageError


def get(context: Context, name: str, endpoint_name: str, lines: int | None = None) -> JSON:
    """The text, as az answers an online deployment's."""
    if lines is not None and lines < 1:
        raise UsageError(f"--lines {lines} shows nothing.", fix="Use 1 or more.")
    path = f"batchEndpoints/{endpoint_name}/deployments/{name}/getLogs"
    return context.service.post(path, {"tail": lines} if lines else {})["content"]
