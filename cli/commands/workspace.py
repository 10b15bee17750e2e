"""`workspace`: the service has one."""

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.connection.service import PROVIDER
from cli.context import Context
from cli.views.workspace import workspace_view


def show(context: Context, *, name: str | None = None) -> JSON:
    """`name` stands for --workspace-name here, as in az."""
    own = context.service.workspace
    path = f"{own.rpartition('/')[0]}/{name}" if name else own
    return workspace_view(context.service.get(path))


def list_all(context: Context, *, max_results: str | None = None) -> list[JSON]:
    subscription = context.service.workspace.split("/")[2]
    found = context.service.pages(f"/subscriptions/{subscription}/{PROVIDER}")
    return [workspace_view(one) for one in found][: limit(max_results)]
