"""Copies inside one storage account, by the store itself: no byte travels here and back.

The store reads the source by a short signature, made for this copy (Copy Blob From URL).
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from azure.core import MatchConditions

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_bytes import NOT_REPEATED, quoted
from shared.adapters.azure_sas import signer_of
from shared.ports import Signer

LARGEST = 256 << 20
"""Bytes that Azure copies while the caller waits; Azurite copies any number in no time."""
_LIFETIME = timedelta(minutes=15)


class Copies:
    def __init__(self, account: AzureAccount) -> None:
        self._account = account

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        if_match: str,
        metadata: Mapping[str, str],
    ) -> None:
        """Make `target` (container, name) a copy with metadata of its own, unless it exists."""
        service = self._account.service
        signature = self._signer.container_sas(source[0], "r", _LIFETIME)
        service.get_blob_client(*target).start_copy_from_url(
            f"{service.get_blob_client(*source).url}?{signature}",
            requires_sync=True,
            metadata=dict(metadata),
            source_etag=quoted(if_match),
            source_match_condition=MatchConditions.IfNotModified,
            match_condition=MatchConditions.IfMissing,
            **NOT_REPEATED,
        )

    @cached_property
    def _signer(self) -> Signer:
        return signer_of(self._account)
