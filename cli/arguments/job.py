"""Flags of `job` but those of its files."""

from typing import Any

NAME = {"options_list": ["--name", "-n"], "help": "Name of the job."}
SWITCHES = {
    "web": "Open the job's Web View in a browser, and print its address on stderr.",
    "archived_only": "List archived jobs only.",
    "include_archived": "List archived jobs, too.",
}
SETTING = "KEY=VALUE: display_name, description or tags.<tag>; several with spaces between."


def load(flags: Any, verb: str) -> None:
    flags.argument("name", **NAME)
    for name, text in SWITCHES.items():
        flags.argument(name, help=text, action="store_true")
    if verb == "list_all":
        _list(flags)
    if verb in {"update", "create"}:
        _set(flags)


def _list(flags: Any) -> None:
    flags.argument(
        "parent_job_name",
        options_list=["--parent-job-name", "-p"],
        help="List the steps of this job.",
    )
    flags.argument(
        "max_results",
        options_list=["--max-results", "-r"],
        type=int,
        help="How many jobs to list at most, newest first.",
    )
    flags.argument(
        "all_results",
        nargs="?",
        const="true",
        choices=["true", "false"],
        help="List every job, whatever --max-results says.",
    )
    flags.argument("tag", help="List jobs with this tag only: NAME or NAME=VALUE.")


def _set(flags: Any) -> None:
    flags.argument(
        "settings", options_list=["--set"], nargs="+", action="append", default=[], help=SETTING
    )
    flags.argument(
        "removals",
        options_list=["--remove"],
        nargs="+",
        action="append",
        default=[],
        help="Tags to take away, as tags.<tag>.",
    )
    flags.argument("file", options_list=["--file", "-f"], help="A job's YAML file.")
    flags.argument(
        "stream",
        options_list=["--stream", "-s"],
        action="store_true",
        help="Follow the job to its end.",
    )
