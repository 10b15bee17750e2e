"""The command line of `devhost`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from devhost.hazards import RATES, parse_hazards
from devhost.http.authorities import Authority


@dataclass(frozen=True)
class Options:
    """What to serve, where, and how."""

    app_folder: Path
    state: Path
    joins: bool
    host: str
    port: int
    grace_s: float
    workers: int | None
    worker_deaths: int | None
    visibility: timedelta | None
    hazards: Mapping[str, float]
    hazard_seed: int
    reload: bool
    auth: bool
    allowed_hosts: Sequence[Authority]
    lists_routes: bool
    tls: bool
    certificate: Path | None
    certificate_key: Path | None


def parse_options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="devhost", description="Serve an Azure Functions app on this machine."
    )
    parser.add_argument("app_folder", type=Path, help="The folder with function_app.py.")
    for add in (_add_serving, _add_workers, _add_hazards, _add_access, _add_https):
        add(parser)
    parsed = parser.parse_args(arguments)
    return Options(
        app_folder=parsed.app_folder.resolve(),
        state=(parsed.join or parsed.state).resolve(),
        joins=parsed.join is not None,
        host=parsed.host,
        port=parsed.port,
        grace_s=parsed.grace,
        workers=parsed.workers,
        worker_deaths=parsed.worker_deaths,
        visibility=parsed.visibility and timedelta(seconds=parsed.visibility),
        hazards=parsed.hazards,
        hazard_seed=parsed.hazard_seed,
        reload=parsed.reload,
        auth=parsed.auth,
        allowed_hosts=parsed.allow_host,
        lists_routes=parsed.routes,
        tls=parsed.tls,
        certificate=parsed.cert and parsed.cert.resolve(),
        certificate_key=parsed.cert_key and parsed.cert_key.resolve(),
    )


def _add_serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=7071, help="0 chooses a free one.")
    parser.add_argument("--host", default="127.0.0.1", help="The address to listen on.")
    folder = parser.add_mutually_exclusive_group()
    folder.add_argument(
        "--state", type=Path, default=Path(".devhost"), help="Where the host keeps what must last."
    )
    folder.add_argument(
        "--join",
        type=Path,
        metavar="DIR",
        help="Be a second host beside the one whose --state this is: share its task hub.",
    )
    parser.add_argument(
        "--grace", type=float, default=10.0, help="Seconds that a stop waits for what runs."
    )


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=int,
        help="Worker processes; 0 runs functions in threads of the host. "
        "Default: FUNCTIONS_WORKER_PROCESS_COUNT, else 1.",
    )
    parser.add_argument(
        "--worker-deaths",
        type=int,
        help="Stop after so many worker processes died; 0 never. Default: 3 per worker process.",
    )
    parser.add_argument(
        "--visibility",
        type=float,
        metavar="S",
        help="Give out the activities of a worker process again that stands still for so long. "
        "Default: workItemQueueVisibilityTimeout of host.json, which may be a minute at least.",
    )


def _add_hazards(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hazards",
        type=parse_hazards,
        default={},
        help=f"What the real host may do: {', '.join(RATES)}; 'twins=0.5' sets how often.",
    )
    parser.add_argument(
        "--hazard-seed", type=int, default=0, help="Other hazards, by the same rules."
    )
    parser.add_argument(
        "--reload", action="store_true", help="Start anew when the app's files change."
    )


def _add_access(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--auth", action="store_true", help="Ask for the keys in keys.json of the state folder."
    )
    parser.add_argument(
        "--allow-host",
        type=_authority,
        action="append",
        default=[],
        metavar="NAME[:PORT]",
        help="Answer to this name too, and to web pages from there. May be repeated.",
    )
    parser.add_argument(
        "--routes", action="store_true", help="List every function with its URL at the start."
    )


def _add_https(parser: argparse.ArgumentParser) -> None:
    https = parser.add_mutually_exclusive_group()
    https.add_argument(
        "--tls",
        action="store_true",
        help="Serve https on this machine, with a certificate authority made in the state folder.",
    )
    https.add_argument("--cert", type=Path, help="Serve https with this certificate chain (PEM).")
    parser.add_argument("--cert-key", type=Path, help="Its key, if it is in a file of its own.")


def _authority(text: str) -> Authority:
    """What a URL has between // and the path."""
    try:
        return Authority.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error} Write localhost:3000, say.") from error
