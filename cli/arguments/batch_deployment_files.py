"""Flags of `batch-deployment create` and `update`."""

from typing import Any

from cli.arguments.batch_deployment import ENDPOINT, NAME
from cli.arguments.batch_endpoint import NO_WAIT
from cli.arguments.batch_endpoint_files import FILE, SET, SKIP


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("file", help="The deployment's YAML file.", **FILE)
    flags.argument("name", **NAME)
    flags.argument("endpoint_name", **ENDPOINT)
    flags.argument("settings", **SET)
    flags.argument(
        "set_default", action="store_true", help="Make it the endpoint's default when it is made."
    )
    flags.argument("skip_script_validation", **SKIP)
    flags.argument("no_wait", **NO_WAIT)
