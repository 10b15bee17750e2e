"""Options for devhost behind `--` of ./run serve: read before anything starts."""

from collections.abc import Sequence

from devhost.options import Options, parse_options
from local.stack_errors import Refused

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


def checked(command: Sequence[str], more: Sequence[str]) -> float:
    """The seconds of grace that are asked for. Raises Refused; a word that is no option exits.

    `command` is devhost's command line without what was given.
    """
    _interpreter, _m, _devhost, *own = command
    planned, parsed = parse_options(own), parse_options([*own, *more])
    for name, option in _OURS.items():
        if getattr(planned, name) != getattr(parsed, name):
            raise Refused(
                f"{option} of the host is for ./run serve to say.",
                fix="Give what ./run serve has of it (--help) before the --.",
            )
    _check_address(parsed)
    return parsed.grace_s


def _check_address(parsed: Options) -> None:
    if parsed.host not in _REACHED:
        raise Refused(
            f"./run serve speaks to its host by 127.0.0.1, where --host '{parsed.host}' is not.",
            fix="Give --host 0.0.0.0 for every address of this machine, or leave it out.",
        )
