"""Flags of `studio`."""

from typing import Any

ROLES = ["reader", "invoker", "contributor"]


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("job_name", options_list=["--job-name", "-j"], help="Show this job.")
    flags.argument("role", choices=ROLES, help="What one may do there. Default: contributor.")
