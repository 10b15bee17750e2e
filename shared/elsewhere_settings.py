"""The settings of data and servers elsewhere: who may be called, and what seals credentials."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from shared.setting_texts import split

type Secret = Annotated[str, Field(min_length=32)]


def _split_lower(value: object) -> object:
    return split(value.lower() if isinstance(value, str) else value)


class PrivateAddresses(StrEnum):
    """Whether webhooks and inputs may lead to servers of private networks, and by http."""

    REFUSED = "refused"
    ALLOWED = "allowed"


class ElsewhereSettings(BaseModel):
    """A part of the app's settings."""

    private_addresses: PrivateAddresses = PrivateAddresses.REFUSED
    """`allowed` on a machine of one's own; link-local addresses never are."""

    credentials_keys: Annotated[tuple[Secret, ...], BeforeValidator(split)] = ()
    """Secrets of 32 characters and more by which datastores' credentials are sealed: the first one
    seals, all of them open; comma separated. On Azure a Key Vault reference."""

    storage_hosts: Annotated[tuple[str, ...], BeforeValidator(_split_lower)] = ()
    """Hosts, with their ports, that are storage accounts beside Azure's; comma separated."""

    identity_hosts: Annotated[tuple[str, ...], BeforeValidator(_split_lower)] = ()
    """Storage accounts whose URLs the service's identity reads for all who invoke: <account>.blob.
    core.windows.net; comma separated. Other URLs are public, or bring a SAS."""

    input_hosts: Annotated[tuple[str, ...], BeforeValidator(_split_lower)] = ()
    """Web servers that input files may come from, comma separated. Empty: all public ones."""

    @property
    def is_own_machine(self) -> bool:
        """Whether what clients name may lie in private networks, and be reached by http."""
        return self.private_addresses is PrivateAddresses.ALLOWED
