"""How somebody signed in, saved in a file of mode 600."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from cli.connection.private_json import read_private, write_private
from cli.connection.service_address import SIGN_IN
from cli.errors import CommandError

TOKENS = "tokens.json"


class Way(StrEnum):
    """How tokens are got."""

    USUAL = "usual"
    """The local issuer of a service of this machine, else azure-identity's usual order."""

    DEVICE_CODE = "device-code"
    SERVICE_PRINCIPAL = "service-principal"
    IDENTITY = "identity"
    TOKEN = "token"  # noqa: S105  # a way, not a token


@dataclass(frozen=True)
class SignIn:
    """`url` is empty when the service was found by itself; `record` is the device code's."""

    way: Way = Way.USUAL
    url: str = ""
    tenant: str = ""
    client_id: str = ""
    secret: str = ""
    record: str = ""


def read_sign_in(folder: Path) -> SignIn:
    """The last sign-in; the usual way when there is none."""
    saved = read_private(folder / SIGN_IN)
    known = {name: str(saved[name]) for name in asdict(SignIn()) if name in saved}
    way = known.pop("way", Way.USUAL)
    if way not in set(Way):
        raise CommandError(
            f"The sign-in in '{folder / SIGN_IN}' cannot be read: it is by '{way}'.",
            fix="Forget it (bep logout), and sign in again: bep login.",
        )
    return SignIn(Way(way), **known)


def write_sign_in(folder: Path, sign_in: SignIn) -> None:
    write_private(
        folder / SIGN_IN, {name: value for name, value in asdict(sign_in).items() if value}
    )


def forget_sign_in(folder: Path) -> bool:
    """Delete the sign-in and every saved token; False when there was none."""
    files = [folder / SIGN_IN, folder / TOKENS]
    found = any(file.exists() for file in files)
    for file in files:
        file.unlink(missing_ok=True)
    return found
