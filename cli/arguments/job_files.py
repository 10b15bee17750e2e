"""Flags of `job download|receipt|left-out|errors|insights|logs`."""

from typing import Any

from cli.arguments.job import NAME


def load(flags: Any, verb: str) -> None:
    flags.argument("name", **NAME)
    flags.argument(
        "download_path",
        options_list=["--download-path", "-p"],
        help="Folder to download to.",
    )
    if verb == "errors":
        flags.argument(
            "group",
            action="store_true",
            help="List what the files failed by, the most first; of a job that runs, too.",
        )
    if verb == "logs":
        flags.argument("log_name", help="Print this log: `-o tsv` prints it as it is.")
        flags.argument("download", action="store_true", help="Download all logs to artifacts/.")
    if verb == "download":
        flags.argument(
            "output_name",
            help="The output: score (predictions), receipt, errors, or partial: the rows so far of "
            "a job that runs, or did not complete. Default: score.",
        )
        flags.argument(
            "all_outputs",
            options_list=["--all"],
            action="store_true",
            help="Download the logs, too: predictions to named-outputs/score, the rest to "
            "artifacts/.",
        )
