"""Flags of `model`."""

from typing import Any

from cli.arguments.asset_flags import load_common


def load(flags: Any, verb: str) -> None:
    load_common(flags, verb, "model")
    flags.argument(
        "path",
        options_list=["--path", "-p"],
        help="File or folder to upload, or where it is: azureml://datastores/... or a URL.",
    )
    flags.argument(
        "kind",
        options_list=["--type", "-t"],
        type=str.lower,
        help="Type: custom_model or mlflow_model. Default: mlflow_model if there is an MLmodel.",
    )
    flags.argument("stage", options_list=["--stage", "-s"], help="Stage, kept and shown.")
    flags.argument(
        "download_path",
        options_list=["--download-path", "-p"],
        help="Folder that gets a folder of the model's name. Default: the current one.",
    )
