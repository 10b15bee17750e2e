"""Serves the app on this machine until it is told to stop: `python -m local.serve`."""

import os
import signal
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from types import FrameType

from devhost.errors import HostError
from local.azurite import AzuriteFailed
from local.errors import GaveUp, Refused
from local.host import KINDS, command
from local.host_options import checked
from local.node import NodeMissing
from local.port import LARGEST, choose
from local.project import DEFAULT_STATE, PROJECT, path_argument
from local.stack import Plan, serve

DEFAULT_PORT = 7071
"""The one Core Tools use."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    try:
        plan = _plan(options)
    except Refused as refusal:
        return _complain(refusal, exit_code=2)
    return run(plan)


def run(plan: Plan) -> int:
    """Serve until SIGTERM or Ctrl-C; a second one ends everything at once."""
    stopping = Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)  # the parts notice, and end too
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        serve(plan, stopping)
    except Refused as refusal:
        return _complain(refusal, exit_code=2)
    except HostError as failure:
        return _complain(failure, exit_code=failure.exit_code)
    except (GaveUp, AzuriteFailed, NodeMissing) as failure:
        return _complain(failure, exit_code=1)
    except OSError as failure:
        return _complain(_unusable(failure), exit_code=2)
    return 0


def _unusable(failure: OSError) -> Refused:
    return Refused(
        f"'{failure.filename}' cannot be used: {failure.strerror}.",
        fix="Give --state a folder, and --ready a file, that can be written.",
    )


def _complain(failure: Exception, *, exit_code: int) -> int:
    sys.stderr.write(f"{failure}\n")
    return exit_code


def _plan(options: Namespace) -> Plan:
    port = options.port or choose(0)
    draft = Plan(
        options.state,
        options.app,
        port,
        (),
        ready=options.ready,
        tls=options.tls,
        storage=options.storage,
    )
    host = command(
        options.host,
        app=options.app,
        port=port,
        state=options.state / "host",
        certificates=draft.certificates,
    )
    return replace(
        draft,
        host=(*host, *options.host_options),
        grace_s=checked(host, options.host_options) if options.host == "devhost" else 0,
    )


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="./run serve",
        description="Serve the app on this machine, with its storage and its token issuer.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="0: any. Default: %(default)s."
    )
    parser.add_argument(
        "--state",
        type=path_argument,
        default=DEFAULT_STATE,
        metavar="DIR",
        help="Folder of everything that outlives a restart. Default: .state in the project.",
    )
    parser.add_argument(
        "--ready",
        type=path_argument,
        metavar="FILE",
        help="JSON file to write once the service answers: where everything is, process ids.",
    )
    parser.add_argument(
        "--host",
        choices=KINDS,
        default=KINDS[0],
        help="The project's own local host, or Core Tools. Default: %(default)s.",
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help="Serve https, the storage too, as the official SDK wants it.",
    )
    parser.add_argument("--app", type=path_argument, default=PROJECT, help=SUPPRESS)
    parser.add_argument("--storage", default="", help=SUPPRESS)  # in place of Azurite
    parser.add_argument(
        "host_options",
        nargs="*",
        metavar="-- HOST OPTIONS",
        help="Options for the host itself, such as -- --hazards twins,delays.",
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
