"""Where a client asks how far a long-running operation is."""

from shared.api.http import Request
from shared.api.workspace import workspace_id
from shared.services import Services

RETRY_AFTER = {"Retry-After": "1"}


def follow_headers(request: Request, services: Services, operation: str) -> dict[str, str]:
    """Headers by which a client follows the operation: where to poll, and when."""
    return {"Azure-AsyncOperation": operation_uri(request, services, operation), **RETRY_AFTER}


def operation_uri(request: Request, services: Services, operation: str) -> str:
    return f"{request.base_url}{workspace_id(services.settings)}/operations/{operation}"
