"""Prints a bearer token of the local issuer: `python -m local.token`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from local.issuer import LIFETIME_S, Issuer
from local.project import DEFAULT_STATE, path_argument
from shared.settings import ML_AUDIENCE, ROLES


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    issuer = Issuer(options.state)
    if options.keys:
        write_keys(issuer, options.keys)
    token = issuer.token(
        role=options.role,
        expires_in_s=options.expires_in,
        audience=options.audience,
    )
    sys.stdout.write(f"{token}\n")
    return 0


def write_keys(issuer: Issuer, folder: Path) -> None:
    """What another service needs to trust its tokens, as infra/compose.yaml reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys.json").write_text(json.dumps(issuer.keys()), encoding="utf-8")
    lines = f"AUTH_ISSUER={issuer.name}\nAUTH_TENANT={issuer.tenant}\n"
    (folder / "issuer.env").write_text(lines, encoding="utf-8")


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
        "--audience", default=ML_AUDIENCE, metavar="URI", help="For whom. Default: %(default)s."
    )
    parser.add_argument(
        "--keys",
        type=path_argument,
        metavar="DIR",
        help="Write the issuer's public keys and settings there, too, for infra/compose.yaml.",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
