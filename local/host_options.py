"""Options for devhost behind `--` of ./run serve: read before anything starts."""

from collections.abc import Sequence

from devhost.options import Options, parse_options
from local.errors import Refused

_OURS = {
    "app_folder": "The app's folder",
    "port": "--port",
    "state": "--state",
    "tls": "--tls",
    "certificate": "--cert",
    "certificate_key": "--cert-key",
}
"""What the stack decides, because its other parts go by it."""

_REACHED = frozenset({"127.0.0.1", "localhost", "0.0.0.0"})  # noqa: S104  # compared, not bound


def checked(command: Sequence[str], given: Sequence[str]) -> float:
    """The seconds of grace that are asked for. Raises Refused; a word that is no option exits.

    `command` is devhost's command line without what was given.
    """
    _interpreter, _m, _devhost, *own = command
    planned, asked = parse_options(own), parse_options([*own, *given])
    for name, shown in _OURS.items():
        if getattr(planned, name) != getattr(asked, name):
            raise Refused(
                f"{shown} of the host is for ./run serve to say.",
                fix="Give what ./run serve has of it (--help) before the --.",
            )
    _check_address(asked)
    return asked.grace_s


def _check_address(asked: Options) -> None:
    if asked.host not in _REACHED:
        raise Refused(
            f"./run serve speaks to its host by 127.0.0.1, where --host '{asked.host}' is not.",
            fix="Give --host 0.0.0.0 for every address of this machine, or leave it out.",
        )
