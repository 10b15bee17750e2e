"""Flags of `batch-deployment`."""

from typing import Any

from cli.arguments.batch_endpoint import NO_WAIT

NAME = {"options_list": ["--name", "-n"], "help": "Name of the deployment."}
ENDPOINT = {"options_list": ["--endpoint-name", "-e"], "help": "Name of its endpoint."}


def load(flags: Any, verb: str) -> None:
    flags.argument("endpoint_name", **ENDPOINT)
    if verb != "list_all":
        flags.argument("name", **NAME)
    if verb == "delete":
        flags.argument("no_wait", **NO_WAIT)
