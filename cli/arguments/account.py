"""Flags of `account`."""

from typing import Any


def load(flags: Any, verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n", "-s"], help="Subscription, by id or name.")
    if verb == "list_all":
        flags.argument("all_clouds", options_list=["--all"], help="Accepted; there is one cloud.")
        flags.argument("refresh", help="Accepted; nothing is cached.")
    if verb == "get_access_token":
        flags.argument("resource", help="For whom the token is. Default: https://ml.azure.com.")
        flags.argument("scope", help="The same as a scope: RESOURCE/.default.")
        flags.argument("resource_type", help="Accepted; a service takes one kind of token.")
