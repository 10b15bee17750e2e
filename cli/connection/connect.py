"""From flags, environment and sign-in to a service that can be spoken to."""

from pathlib import Path
from typing import Protocol

from cli.connection.service import PROVIDER, Service
from cli.connection.service_address import Address, find_address
from cli.connection.sign_in import SignIn, read_sign_in
from cli.connection.token_source import tokens_of
from cli.connection.transport import Transport
from cli.errors import CommandError


class GlobalOptions(Protocol):
    """What the global flags chose, and where the configuration is."""

    @property
    def folder(self) -> Path: ...
    def option(self, name: str) -> str: ...


def connect(options: GlobalOptions) -> Service:
    """Raises CommandError when there is no service, or nobody is signed in."""
    address = find_address(options.folder, options.option("url"))
    return connect_to(address, read_sign_in(options.folder), options)


def connect_to(address: Address, sign_in: SignIn, options: GlobalOptions) -> Service:
    """The service at an address, with the tokens of a sign-in."""
    own = tokens_of(address, sign_in, options.folder)
    service = Service(address.url, "", own, Transport(address.ca_bundle))
    service.workspace = _workspace(service, address, options)
    return service


def _workspace(service: Service, address: Address, options: GlobalOptions) -> str:
    """The workspace's ARM id: flags and defaults first, then what is known, then asked for."""
    names = [options.option(name) for name in ("subscription", "resource_group", "workspace_name")]
    known = [one or other for one, other in zip(names, address.workspace, strict=True)]
    if not all(known):
        known = [one or other for one, other in zip(known, _ask(service), strict=True)]
    subscription, group, workspace = known
    return f"/subscriptions/{subscription}/resourceGroups/{group}/{PROVIDER}/{workspace}"


def _ask(service: Service) -> tuple[str, str, str]:
    """The service's own names: it has one subscription, and one workspace in it."""
    try:
        subscription = next(service.pages("/subscriptions"))["subscriptionId"]
        of_subscription = f"/subscriptions/{subscription}/{PROVIDER}"
        parts = next(service.pages(of_subscription))["id"].split("/")
        return subscription, parts[4], parts[8]
    except (StopIteration, LookupError, TypeError):
        raise CommandError(
            f"What answers at {service.url} names no workspace, so it is not the service.",
            fix="Check the address: --url, BEP_URL, 'bep login --url'.",
        ) from None
