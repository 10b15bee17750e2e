"""Shared access signatures: one container or blob, what was asked for, a bounded time.

Signed with the account's key where the service has it; with an identity by a user delegation key,
which the store gives for a while. Signing itself does not touch the network.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from azure.storage.blob import (
    BlobServiceClient,
    UserDelegationKey,
    generate_blob_sas,
    generate_container_sas,
)

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_errors import translated
from shared.adapters.blob_names import check_container, check_names
from shared.domain.errors import ServiceUnavailable
from shared.ports import Signer

type Clock = Callable[[], datetime]

CLOCKS_APART = timedelta(minutes=5)
"""A SAS begins that much earlier: a client's store may be behind this machine's clock."""
KEY_LIFETIME = timedelta(days=2)
"""Of a user delegation key; the store allows seven days at most."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def signer_of(account: AzureAccount) -> Signer:
    """The account's signer: by its key if the service has it, else by its identity."""
    service = account.service
    account_name = service.account_name or ""
    if key := getattr(service.credential, "account_key", ""):
        return KeySigner(account_name, key, https_only=_is_https(service))
    return DelegationSigner(service, account_name)


class KeySigner:
    """The `Signer` port, with the account's own key."""

    def __init__(self, account: str, key: str, *, https_only: bool) -> None:
        self._account = account
        self._key = key
        self._https_only = https_only

    def container_sas(self, container: str, permissions: str, lifetime: timedelta) -> str:
        return _signed(
            self._account,
            container,
            permissions,
            _utc_now(),
            lifetime,
            https_only=self._https_only,
            account_key=self._key,
        )

    def blob_sas(self, container: str, name: str, lifetime: timedelta) -> str:
        return _signed_blob(
            self._account,
            (container, name),
            _utc_now(),
            lifetime,
            https_only=self._https_only,
            account_key=self._key,
        )


class DelegationSigner:
    """The `Signer` port, with an identity: one delegation key is kept, and renewed in time."""

    def __init__(self, service: BlobServiceClient, account: str, now: Clock = _utc_now) -> None:
        self._service = service
        self._account = account
        self._now = now
        self._lock = Lock()
        self._key: UserDelegationKey | None = None
        self._key_ends = datetime.min.replace(tzinfo=UTC)

    def container_sas(self, container: str, permissions: str, lifetime: timedelta) -> str:
        """Raises ValueError for a SAS that would outlive every key."""
        now = self._now()
        return _signed(
            self._account,
            container,
            permissions,
            now,
            lifetime,
            https_only=_is_https(self._service),
            user_delegation_key=self._key_for(now, lifetime, container),
        )

    def blob_sas(self, container: str, name: str, lifetime: timedelta) -> str:
        """Raises ValueError for a SAS that would outlive every key."""
        now = self._now()
        return _signed_blob(
            self._account,
            (container, name),
            now,
            lifetime,
            https_only=_is_https(self._service),
            user_delegation_key=self._key_for(now, lifetime, container),
        )

    def _key_for(self, now: datetime, lifetime: timedelta, container: str) -> UserDelegationKey:
        """A key that outlives a SAS of this lifetime: the one at hand, or a new one."""
        if lifetime > KEY_LIFETIME:
            raise ValueError(f"A SAS of {lifetime} is longer than {KEY_LIFETIME}. Ask for less.")
        end = now + lifetime
        with self._lock:
            if self._key is None or self._key_ends < end:
                ends = now + KEY_LIFETIME
                self._key = self._fetch(now - CLOCKS_APART, ends, container)
                self._key_ends = ends
            return self._key

    def _fetch(self, start: datetime, end: datetime, container: str) -> UserDelegationKey:
        try:
            with translated(container):
                return self._service.get_user_delegation_key(start, end)
        except ServiceUnavailable as refused:
            raise ServiceUnavailable(
                f"No SAS can be signed. {refused.problem}",
                fix="Give the service's identity the role 'Storage Blob Delegator' on the storage "
                "account, or try again if the store was only busy.",
                target=refused.target,
            ) from None


def _signed(
    account: str,
    container: str,
    permissions: str,
    now: datetime,
    lifetime: timedelta,
    *,
    https_only: bool,
    **key: Any,
) -> str:
    check_container(container)
    return generate_container_sas(
        account,
        container,
        permission=permissions,
        start=now - CLOCKS_APART,
        expiry=now + lifetime,
        protocol="https" if https_only else None,
        **key,
    )


def _signed_blob(
    account: str,
    blob: tuple[str, str],
    now: datetime,
    lifetime: timedelta,
    *,
    https_only: bool,
    **key: Any,
) -> str:
    """To read the blob (container, name); what a script wrote is saved, and never shown."""
    check_names(*blob)
    return generate_blob_sas(
        account,
        *blob,
        permission="r",
        start=now - CLOCKS_APART,
        expiry=now + lifetime,
        protocol="https" if https_only else None,
        content_disposition="attachment",
        **key,
    )


def _is_https(service: BlobServiceClient) -> bool:
    return service.url.startswith("https://")
