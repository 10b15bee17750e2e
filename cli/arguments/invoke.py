"""Flags of `invoke`, of all generations."""

from typing import Any

from cli.arguments.batch_endpoint import DEPLOYMENT, NAME, TYPE
from cli.arguments.batch_endpoint_files import FILE, SET
from cli.arguments.output_form import IF_EXISTS, PARTIAL, SPLIT, add_form

INPUTS = {
    "input": "What to score: azureml:DATA:VERSION, a path in a datastore, a URL, or a file or "
    "folder here.",
    "input_type": "Its type, uri_folder or uri_file. Default: what is there.",
    "input_datastore": "2021: azureml:DATASTORE, in which --input-path lies.",
    "input_path": "2021: a URL or reference, folder: or file: before it; or a path in "
    "--input-datastore.",
    "input_local_path": "2021: a file or folder of this machine.",
}
GLOBS = {
    "include": "Which files of the folder count: a glob of paths in it, such as '2026/**/*.csv'; "
    "again for more. Default: those directly in it.",
    "exclude": "Which of them do not: a glob; again for more.",
}
CHOICES = {
    "changed_since": "Only files that changed since then: a time with its zone, or an earlier job.",
    "newest": "Only so many files, those that changed last.",
    "split": SPLIT,
}
OUTPUTS = {
    "output_path": "Where to write: azureml://datastores/DATASTORE/paths/FOLDER, or a folder in "
    "--output-datastore. Default: a folder of the job's own.",
    "output_datastore": "2021: azureml:DATASTORE, in which --output-path lies.",
    "experiment_name": "The experiment that the job belongs to.",
    "job_name": "Name of the job. Default: the service makes one up.",
}

_SET_HELP = (
    "Values in the place of the file's own, KEY=VALUE: error_threshold=0, "
    "retry_settings.max_retries=1; several with spaces between."
)


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("name", **NAME)
    for name, text in (INPUTS | OUTPUTS).items():
        flags.argument(name, help=text)
    _load_choice(flags)
    add_form(flags.extra)
    flags.extra("output_if_exists", help=IF_EXISTS)
    flags.extra("output_partial", help=PARTIAL)
    flags.argument(
        "input_data",
        options_list=["--input-data", "--input-dataset"],
        help="2021: azureml:DATA:VERSION, a data asset.",
    )
    flags.argument("inputs", nargs="+", help="Inputs by name: NAME=ADDRESS, or JSON.")
    flags.argument("outputs", nargs="+", help="The file to write, by name: NAME=ADDRESS, or JSON.")
    flags.argument(
        "mini_batch_size", options_list=["--mini-batch-size", "-m"], help="Files in one run()."
    )
    flags.argument(
        "instance_count", options_list=["--instance-count", "-c"], help="Instances of this job."
    )
    flags.argument("deployment_name", help="Default: the endpoint's own.", **DEPLOYMENT)
    flags.argument("file", help="A YAML file with inputs, outputs and settings.", **FILE)
    flags.argument("settings", **SET | {"help": _SET_HELP})
    flags.argument(
        "webhook",
        help="An https address to call when the job ends; the answer has the secret that signs.",
    )
    _load_trial(flags)
    flags.argument("stream", action="store_true", help="Follow the job to its end.")
    flags.argument("endpoint_type", **TYPE)


def _load_choice(flags: Any) -> None:
    for name, text in GLOBS.items():
        flags.extra(name, action="append", help=text)
    for name, text in CHOICES.items():
        flags.extra(name, help=text)
    flags.extra("manifest", action="store_true", help="The input is a file that lists inputs.")


def _load_trial(flags: Any) -> None:
    flags.extra(
        "dry_run",
        action="store_true",
        help="Start nothing: count files and mini-batches, and list what would go wrong. Files of "
        "this machine are uploaded all the same.",
    )
    flags.extra(
        "preflight",
        action="store_true",
        help="Look first, and start nothing if something would go wrong.",
    )
    flags.extra(
        "sample",
        type=int,
        help="Score only so many files, spread over the input, and project the time of all.",
    )
    flags.extra(
        "price_per_hour",
        type=float,
        help="What an instance costs for an hour: a sample then projects the cost, too.",
    )
