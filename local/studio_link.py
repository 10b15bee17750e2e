"""Prints a one-use sign-in link to the Studio: `python -m local.studio_link`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from local.issuer import Issuer
from local.project import DEFAULT_STATE, path_argument
from local.sign_in_links import LINK_MINUTES, SignInLinks, sign_in_url
from shared.settings import ROLES


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    url = _seen(options)
    if not url:
        sys.stderr.write(f"No service runs with its state in {options.state}: ./run serve\n")
        return 1
    code = SignInLinks(options.state, Issuer(options.state)).create(options.role)
    sys.stdout.write(f"{sign_in_url(url, code, options.page)}\n")
    return 0


def _seen(options: Namespace) -> str:
    """What browsers call the service: a proxy may stand in front. Empty: none is known."""
    given = str(options.url)
    try:
        facts = json.loads((options.state / "service.json").read_text(encoding="utf-8"))
        return given if given not in {"", facts["url"]} else str(facts["public_url"])
    except (OSError, ValueError, KeyError):
        return given


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="python -m local.studio_link",
        description=f"Print a link that signs in to the Studio, once, within {LINK_MINUTES} min.",
        allow_abbrev=False,
    )
    parser.add_argument("--state", type=path_argument, default=DEFAULT_STATE, metavar="DIR")
    parser.add_argument("--role", choices=ROLES, default="contributor")
    parser.add_argument("--page", default="", help="What to show then, such as jobs/job-1.")
    parser.add_argument("--url", default="", help="The service's address, if it is not running.")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
