"""The command line of `python -m devhost`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devhost.hazards import RATES, parse_hazards
from devhost.http.authorities import Authority


@dataclass(frozen=True)
class Options:
    """What to serve, where, and how."""

    app_folder: Path
    state: Path
    host: str
    port: int
    grace_s: float
    workers: int | None
    worker_deaths: int | None
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
        prog="python -m devhost", description="Serve an Azure Functions app on this machine."
    )
    parser.add_argument("app_folder", type=Path, help="The folder with function_app.py.")
    parser.add_argument("--port", type=int, default=7071, help="0 chooses a free one.")
    parser.add_argument("--host", default="127.0.0.1", help="The address to listen on.")
    parser.add_argument(
        "--state", type=Path, default=Path(".devhost"), help="Where the host keeps what must last."
    )
    parser.add_argument(
        "--grace", type=float, default=10.0, help="Seconds that a stop waits for what runs."
    )
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
    https = parser.add_mutually_exclusive_group()
    https.add_argument(
        "--tls",
        action="store_true",
        help="Serve https on this machine, with a certificate authority made in the state folder.",
    )
    https.add_argument("--cert", type=Path, help="Serve https with this certificate chain (PEM).")
    parser.add_argument("--cert-key", type=Path, help="Its key, if it is in a file of its own.")
    given = parser.parse_args(arguments)
    return Options(
        app_folder=given.app_folder.resolve(),
        state=given.state.resolve(),
        host=given.host,
        port=given.port,
        grace_s=given.grace,
        workers=given.workers,
        worker_deaths=given.worker_deaths,
        hazards=given.hazards,
        hazard_seed=given.hazard_seed,
        reload=given.reload,
        auth=given.auth,
        allowed_hosts=given.allow_host,
        lists_routes=given.routes,
        tls=given.tls,
        certificate=given.cert and given.cert.resolve(),
        certificate_key=given.cert_key and given.cert_key.resolve(),
    )


def _authority(text: str) -> Authority:
    """What a URL has between // and the path."""
    try:
        return Authority.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error} Write localhost:3000, say.") from error
