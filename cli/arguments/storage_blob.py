"""Flags of `storage blob`."""

from typing import Any

IGNORED = {
    "account_name": "Not needed: the containers are those of the service's datastores.",
    "account_key": "Ignored and not sent: the service signs.",
    "auth_mode": "Ignored: the service signs.",
    "connection_string": "Ignored and not sent: the service signs.",
    "sas_token": "Ignored and not sent: the service signs.",
}


def load(flags: Any, verb: str) -> None:
    flags.ignore("kwargs")
    for name, text in IGNORED.items():
        flags.extra(name, help=text)  # knack's, not Django's
    flags.extra("no_progress", action="store_true", help="No bar.")
    flags.argument("dryrun", help="Say what would be done.")
    flags.argument("pattern", help="Which files: * is any letters, slashes too; ? is one.")
    flags.argument("overwrite", help="Replace what is there.")
    flags.argument("container_name", options_list=["--container-name", "-c"], help=CONTAINER)
    flags.argument("name", options_list=["--name", "-n"], help="Name of the blob.")
    flags.argument("file", options_list=["--file", "-f"], help="Path of the local file.")
    flags.argument("prefix", help="What the names begin with.")
    flags.argument("num_results", help="At most this many; '*': all, the default.")
    flags.argument("destination_path", help="Folder in the container.")
    is_up = verb == "upload_batch"
    flags.argument(
        "destination",
        options_list=["--destination", "-d"],
        help=CONTAINER if is_up else "Local folder, which exists.",
    )
    flags.argument(
        "source", options_list=["--source", "-s"], help="Local folder." if is_up else CONTAINER
    )


CONTAINER = "Name of the container or datastore, or its URL; a folder may follow it."
