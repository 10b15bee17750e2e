"""Flags of `batch-endpoint`, and of `endpoint` as it was in 2021."""

from typing import Any

NAME = {"options_list": ["--name", "-n"], "help": "Name of the endpoint."}
TYPE = {"options_list": ["--type", "-t"], "help": "2021: batch, the only type there is here."}
NO_WAIT = {"action": "store_true", "help": "Do not wait until the service is done."}
DEPLOYMENT = {"options_list": ["--deployment-name", "--deployment", "-d"]}


def load(flags: Any, verb: str) -> None:
    flags.argument("endpoint_type", **TYPE)
    if verb != "list_all":
        flags.argument("name", **NAME)
    if verb == "list_jobs":
        flags.argument("deployment_name", help="List the jobs of this deployment.", **DEPLOYMENT)
    if verb == "delete":
        flags.argument("deployment_name", help="Delete this deployment only.", **DEPLOYMENT)
        flags.argument("no_wait", **NO_WAIT)
