"""Flags of `invoke`, of all generations."""

from typing import Any

from cli.arguments.batch_endpoint import DEPLOYMENT, NAME, TYPE
from cli.arguments.batch_endpoint_files import FILE, SET
from cli.arguments.output_form import IF_EXISTS, add_form

INPUTS = {
    "input": "What to score: azureml:DATA:VERSION, a path in a datastore, a URL, or a file or "
    "folder here.",
    "input_type": "Its type, uri_folder or uri_file. Default: what is there.",
    "input_datastore": "2021: azureml:DATASTORE, in which --input-path lies.",
    "input_path": "2021: a URL or reference, folder: or file: before it; or a path in "
    "--input-datastore.",
    "input_local_path": "2021: a file or folder of this machine.",
}
OUTPUTS = {
    "output_path": "Where to write: azureml://datastores/DATASTORE/paths/FOLDER, or a folder in "
    "--output-datastore. Default: a folder of the job's own.",
    "output_datastore": "2021: azureml:DATASTORE, in which --output-path lies.",
    "experiment_name": "The experiment that the job belongs to.",
    "job_name": "Name of the job. Default: the service makes one up.",
}


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("name", **NAME)
    for name, text in (INPUTS | OUTPUTS).items():
        flags.argument(name, help=text)
    add_form(flags)
    flags.argument("output_if_exists", help=IF_EXISTS)
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
    flags.argument("settings", **SET)
    flags.argument(
        "webhook",
        help="An https address to call when the job ends; the answer has the secret that signs.",
    )
    flags.argument("stream", action="store_true", help="Follow the job to its end.")
    flags.argument("endpoint_type", **TYPE)
