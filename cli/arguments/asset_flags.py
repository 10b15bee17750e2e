"""The flags that models, data and environments share."""

from typing import Any

NAME = {"options_list": ["--name", "-n"], "help": "Name of the {noun}."}
VERSION = {"options_list": ["--version", "-v"], "help": "Version of the {noun}."}
LABEL = {"options_list": ["--label", "-l"], "help": "Label of the {noun}: latest."}
FILE = {"options_list": ["--file", "-f"], "help": "YAML file that describes the {noun}."}
OVERRIDES = {
    "options_list": ["--set"],
    "nargs": "+",
    "action": "extend",
    "help": "Values to set by their paths: --set key=value tags.key=value.",
}
TAGS = {"nargs": "+", "action": "extend", "help": "Tags: name=value, separated by spaces."}
MAX_RESULTS = {"options_list": ["--max-results", "-r"], "help": "At most this many. Default: all."}


def load_common(flags: Any, verb: str, noun: str) -> None:
    _set(flags, "name", NAME, noun)
    if verb == "create":
        _set(flags, "file", FILE, noun)
        flags.argument("description", options_list=["--description", "-d"], help="What it is.")
        flags.argument("tags", **TAGS)
    if verb == "list_all":
        flags.argument("max_results", **MAX_RESULTS)
        flags.argument("archived_only", help="List what is archived, and nothing else.")
        flags.argument("include_archived", help="List what is archived, too.")
    else:
        _set(flags, "version", VERSION, noun)
        _set(flags, "label", LABEL, noun)
        flags.argument("overrides", **OVERRIDES)


def _set(flags: Any, name: str, settings: dict[str, Any], noun: str) -> None:
    flags.argument(name, **{**settings, "help": settings["help"].format(noun=noun)})
