"""Flags of `data`."""

from typing import Any

from cli.arguments.asset_flags import load_common


def load(flags: Any, verb: str) -> None:
    load_common(flags, verb, "data asset")
    flags.argument(
        "path",
        options_list=["--path", "-p"],
        help="File or folder to upload, or where it is: azureml://datastores/... or a URL.",
    )
    flags.argument(
        "kind",
        options_list=["--type", "-t"],
        type=str.lower,
        help="Type: uri_file or uri_folder. Default: what the local path is, else uri_folder.",
    )
    flags.argument(
        "download_path",
        options_list=["--download-path", "-p"],
        help="Folder that gets a folder of the data's name. Default: the current one.",
    )
