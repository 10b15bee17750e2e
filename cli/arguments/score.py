"""Flags of `score`."""

from typing import Any

from cli.arguments.output_form import SPLIT, add_form

_AT_ONCE = (
    "This machine's own service scores as many at once as it has cores, unless --set "
    "max_concurrency_per_instance says otherwise."
)


def load(flags: Any, _verb: str) -> None:
    flags.positional(
        "model_and_data",
        nargs="+",
        metavar="MODEL DATA",
        help="MODEL: a folder that mlflow saved, one with a score.py, or azureml:NAME:VERSION. "
        "DATA: a folder, files, a pattern, a URL or an azureml: reference.",
    )
    flags.argument(
        "out",
        options_list=["--out", "-o"],
        help="Folder for predictions, receipt and errors; new or empty. Default: the model's name "
        "and the time. (The output format is --output.)",
    )
    flags.argument("code", help="Folder of the scoring script. Default: the model's.")
    flags.argument("scoring_script", help="The script, with init() and run(). Default: score.py.")
    flags.argument("environment", help="The script's packages: azureml:NAME:VERSION.")
    flags.argument("conda_file", help="The same as a conda file. Default: one beside the script.")
    flags.argument("mini_batch_size", type=int, help="Files in one call of run().")
    flags.argument("error_threshold", type=int, help="Files that may fail; -1: any number.")
    flags.argument("split", help=f"{SPLIT} {_AT_ONCE}")
    add_form(flags.argument)
    flags.argument(
        "set_values",
        options_list=["--set"],
        nargs="+",
        help="Settings of the deployment, by its file's keys: retry_settings.timeout=60.",
    )
