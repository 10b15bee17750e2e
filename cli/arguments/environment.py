"""Flags of `environment`."""

from typing import Any

from cli.arguments.asset_flags import load_common


def load(flags: Any, verb: str) -> None:
    load_common(flags, verb, "environment")
    flags.argument("image", options_list=["--image", "-i"], help="Docker image, kept and shown.")
    flags.argument(
        "conda_file",
        options_list=["--conda-file", "-c"],
        help="The conda file with the packages; its text is registered.",
    )
    flags.argument("os_type", type=str.lower, help="Operating system: linux.")
    flags.argument(
        "build_context",
        options_list=["--build-context", "-b"],
        help="Refused: images are not built here.",
    )
