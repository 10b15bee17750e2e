"""Flags of `webhook`."""

from typing import Any

from cli.arguments.asset_flags import FILE, MAX_RESULTS, OVERRIDES

NAME = {"options_list": ["--name", "-n"], "help": "Name of the webhook."}
ENDPOINT = {"options_list": ["--endpoint-name", "-e"], "help": "Name of its endpoint."}


def load(flags: Any, verb: str) -> None:
    flags.argument("endpoint_name", **ENDPOINT)
    flags.argument("overrides", **OVERRIDES)
    if verb != "list_all":
        flags.argument("name", **NAME)
    if verb in {"create", "update"}:
        flags.argument("webhook_url", help="Whom to call: an https address.")
        flags.argument(
            "events",
            nargs="+",
            help="What it is told of: job.started, job.completed, job.failed, job.canceled, or "
            "job.ended for all three ends.",
        )
    if verb == "create":
        flags.argument("file", **{**FILE, "help": "YAML file that describes the webhook."})
    if verb in {"list_all", "deliveries"}:
        flags.argument("max_results", **MAX_RESULTS)
    if verb == "deliveries":
        flags.argument("delivery", help="Show this one, with each attempt. Default: list all.")
    if verb == "redeliver":
        flags.argument("delivery", help="Name of the delivery, as the list shows it.")
