"""Flags of `batch-endpoint create` and `update`."""

from typing import Any

from cli.arguments.batch_endpoint import NAME, NO_WAIT, TYPE

FILE = {"options_list": ["--file", "-f"]}
SET = {
    "options_list": ["--set"],
    "nargs": "+",
    "action": "append",
    "help": "Values in the place of the file's own, KEY=VALUE: tags.team=wine, "
    "retry_settings.max_retries=1; several with spaces between.",
}
SKIP = {
    "action": "store_true",
    "help": "Upload the scoring script without looking for syntax errors in it.",
}


def load(flags: Any, verb: str) -> None:
    flags.argument("file", help="The endpoint's YAML file.", **FILE)
    flags.argument("name", **NAME)
    flags.argument("settings", **SET)
    flags.argument("skip_script_validation", **SKIP)
    flags.argument("no_wait", **NO_WAIT)
    flags.argument("endpoint_type", **TYPE)
    if verb == "update":
        _update(flags)


def _update(flags: Any) -> None:
    flags.argument(
        "deployment_file",
        options_list=["--deployment-file"],
        help="2021: the YAML file of a deployment to add or replace.",
    )
    flags.argument(
        "traffic",
        nargs="+",
        options_list=["--traffic", "-r"],
        help="2021: DEPLOYMENT:100, the deployment that jobs go to.",
    )
    flags.argument(
        "defaults",
        nargs="+",
        help="The deployment that jobs go to: deployment_name=DEPLOYMENT.",
    )
