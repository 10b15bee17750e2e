"""Serves the app on this machine until it is stopped: `python -m local.serve`."""

import os
import signal
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Event
from types import FrameType
from urllib.parse import urlsplit

from devhost.host_errors import HostError
from local.azurite import AzuriteFailed
from local.host_options import checked
from local.host_process import KINDS, command
from local.node import NodeMissing
from local.port import LARGEST, choose, choose_several
from local.project import DEFAULT_STATE, PROJECT, path_argument
from local.stack import StackPlan, serve
from local.stack_errors import GaveUp, Refused

DEFAULT_PORT = 7071
"""The one Core Tools use."""
MOST_INSTANCES = 16
"""Beyond it, one machine shows nothing new."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    try:
        plan = _plan(options)
    except Refused as refusal:
        return _report(refusal, exit_code=2)
    return run(plan)


def run(plan: StackPlan) -> int:
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
        return _report(refusal, exit_code=2)
    except HostError as failure:
        return _report(failure, exit_code=failure.exit_code)
    except (GaveUp, AzuriteFailed, NodeMissing) as failure:
        return _report(failure, exit_code=1)
    except OSError as failure:
        return _report(_unusable(failure), exit_code=2)
    return 0


def _unusable(failure: OSError) -> Refused:
    return Refused(
        f"'{failure.filename}' cannot be used: {failure.strerror}.",
        fix="Give --state a folder, and --ready a file, that can be written.",
    )


def _report(failure: Exception, *, exit_code: int) -> int:
    sys.stderr.write(f"{failure}\n")
    return exit_code


def _plan(options: Namespace) -> StackPlan:
    port = options.port or choose(0)
    if options.instances > 1 and options.host != "devhost":
        raise Refused(
            f"--instances {options.instances} is for the project's own local host.",
            fix="Leave out --host, or --instances.",
        )
    draft = StackPlan(
        options.state,
        options.app,
        port,
        (),
        ready=options.ready,
        tls=options.tls,
        storage=options.storage,
        outer_url=options.public_url or "",
        otlp=options.otlp or "",
    )
    host_at = partial(
        command,
        options.host,
        app=options.app,
        state=options.state / "host",
        certificates=draft.certificates,
    )
    more, host = options.host_options, host_at(port=port)
    guests = choose_several(options.instances - 1)
    return replace(
        draft,
        host=(*host, *more),
        guests={guest: (*host_at(port=guest, joins=True), *more) for guest in guests},
        grace_s=checked(host, more) if options.host == "devhost" else 0,
    )


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="./run serve",
        description="Serve the app on this machine, with its storage and its token issuer.",
        allow_abbrev=False,
    )
    _add_options(parser)
    parser.add_argument(
        "--public-url",
        type=_public_url,
        metavar="URL",
        help="What clients see, where a reverse proxy stands in front. Default: its own.",
    )
    parser.add_argument(
        "--otlp",
        type=_otlp_url,
        metavar="URL",
        help="Send traces, metrics and logs there by OTLP (http/protobuf). Default: nowhere.",
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


def _add_options(parser: ArgumentParser) -> None:
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
        "--instances",
        type=_instances,
        default=1,
        metavar="N",
        help="Hosts that share the work, as an app that is scaled out; each with a port and a "
        "scratch folder of its own. Default: 1.",
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help="Serve https, the storage too, as the official SDK wants it.",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


def _instances(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_INSTANCES:
        raise ArgumentTypeError(f"'{text}' is no number from 1 to {MOST_INSTANCES}")
    return int(text)


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ArgumentTypeError(f"'{text}' is no address; write https://example.org/path")
    return text.rstrip("/")


def _otlp_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ArgumentTypeError(f"'{text}' is no address; write http://127.0.0.1:4318")
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
