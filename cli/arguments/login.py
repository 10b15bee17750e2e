"""Flags of `login` and `logout`."""

from typing import Any

_USERNAME = "Application (client) id of the service principal, or of the managed identity."


def load(flags: Any, verb: str) -> None:
    flags.argument("username", options_list=["--username", "-u", "--client-id"], help=_USERNAME)
    if verb == "login":
        _load_login(flags)


def _load_login(flags: Any) -> None:
    flags.argument("use_device_code", help="Sign in to Entra ID in any browser, by a code.")
    flags.argument(
        "service_principal", help="Sign in as an application: -u ID -p SECRET -t TENANT."
    )
    flags.argument(
        "identity", options_list=["--identity", "-i"], help="Sign in as this machine's identity."
    )
    flags.argument(
        "token", help="Sign in with a token that you have; '-' reads it from stdin, @FILE a file."
    )
    flags.argument("password", options_list=["--password", "-p"], help="The application's secret.")
    flags.argument("tenant", options_list=["--tenant", "-t"], help="The tenant's id.")
    flags.argument("allow_no_subscriptions", help="Accepted, as az has it; it changes nothing.")
    flags.argument("scope", help="Accepted, as az has it; it changes nothing.")
