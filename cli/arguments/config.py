"""Flags of `configure` and `config`."""

from typing import Any

_YES_NO = ("true", "false")


def load(flags: Any, verb: str) -> None:
    if verb == "configure":
        _load_configure(flags)
        return
    flags.argument(
        "local", help="The settings of this folder, in place of the user's.", action="store_true"
    )
    if verb == "get_values":
        flags.positional("key", nargs="?", help="SECTION, or SECTION.NAME. Default: everything.")
    if verb == "set_values":
        flags.positional("values", nargs="+", help="SECTION.NAME=VALUE ...")
    if verb == "unset_values":
        flags.positional("keys", nargs="+", help="SECTION.NAME ...")


def _load_configure(flags: Any) -> None:
    flags.argument(
        "defaults",
        options_list=["--defaults", "-d"],
        nargs="+",
        help="NAME=VALUE ...: group, workspace, subscription, url. An empty value removes one.",
    )
    flags.argument(
        "list_defaults",
        options_list=["--list-defaults", "-l"],
        nargs="?",
        const="true",
        choices=_YES_NO,
        help="List the defaults.",
    )
    flags.argument(
        "scope", choices=("global", "local"), help="The user's defaults, or this folder's."
    )
