"""Prints a bearer token of the local issuer: `python -m local.token`."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from local.issuer import AUDIENCE, LIFETIME_S, ROLES, Issuer
from local.project import DEFAULT_STATE, path_argument


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    token = Issuer(options.state).token(
        role=options.role,
        expires_in_s=options.expires_in,
        audience=options.audience,
    )
    sys.stdout.write(f"{token}\n")
    return 0


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="./run token",
        description="Print a bearer token of the local issuer; `./run serve` need not be running.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--state",
        type=path_argument,
        default=DEFAULT_STATE,
        metavar="DIR",
        help="Folder of the service that is to trust the token. Default: .state in the project.",
    )
    parser.add_argument(
        "--role", choices=ROLES, default="contributor", help="What it allows. Default: %(default)s."
    )
    parser.add_argument(
        "--expires-in",
        type=float,
        default=LIFETIME_S,
        metavar="SECONDS",
        help="Its lifetime; negative: it has expired. Default: %(default)s.",
    )
    parser.add_argument(
        "--audience", default=AUDIENCE, metavar="URI", help="For whom. Default: %(default)s."
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
