"""`account`: who is signed in, and to what."""

from knack.log import get_logger

from cli.answers import JSON
from cli.connection import tokens
from cli.connection.service_address import find_address
from cli.connection.sign_in import read_sign_in
from cli.connection.token_source import source_of
from cli.context import Context
from cli.views.account import account_view, accounts_view, token_view

log = get_logger(__name__)


def show(context: Context, name: str = "") -> JSON:
    del name  # there is one subscription
    service = context.service
    return account_view(next(service.pages("/subscriptions")), service.tokens.token())


def list_all(context: Context, *, all_clouds: bool = False, refresh: bool = False) -> JSON:
    del all_clouds, refresh  # az's: there is one cloud, and nothing is cached
    service = context.service
    return accounts_view(list(service.pages("/subscriptions")), service.tokens.token())


def choose(context: Context, name: str = "") -> None:
    """Another name than the service's own is no error: scripts have their own in it."""
    wanted = name or context.option("subscription")
    own = next(context.service.pages("/subscriptions"))
    if wanted and wanted not in {own["subscriptionId"], own.get("displayName")}:
        log.warning(
            "This service has one subscription, '%s', and it is used: not '%s'.",
            own["subscriptionId"],
            wanted,
        )


def get_access_token(
    context: Context, resource: str = "", resource_type: str = "", scope: str = "", name: str = ""
) -> JSON:
    """The service's own token, or a new one for another resource."""
    del resource_type, name  # az's: a service takes one kind of token
    wanted = (resource or scope.removesuffix("/.default")).rstrip("/") or tokens.RESOURCE
    token = _token(context, wanted)
    return token_view(token, context.service.workspace.split("/")[2])


def _token(context: Context, resource: str) -> str:
    if resource == tokens.RESOURCE or tokens.from_environment():
        return context.service.tokens.token()
    address = find_address(context.folder, context.option("url"))
    return source_of(address, read_sign_in(context.folder))(resource)
