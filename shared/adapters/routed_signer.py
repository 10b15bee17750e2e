"""One `Signer` over every account that the service may sign for."""

from collections.abc import Callable
from datetime import timedelta

from shared.domain import place
from shared.ports import Signer


class RoutedSigner:
    """The `Signer` port. Raises InvalidRequest for places that nobody can sign for."""

    def __init__(self, own: Signer, elsewhere: Callable[[str], tuple[Signer, str]]) -> None:
        self._own = own
        self._elsewhere = elsewhere

    def container_sas(self, container: str, permissions: str, lifetime: timedelta) -> str:
        signer, inside = self._of(container)
        return signer.container_sas(inside, permissions, lifetime)

    def blob_sas(self, container: str, name: str, lifetime: timedelta) -> str:
        signer, inside = self._of(container)
        return signer.blob_sas(inside, name, lifetime)

    def _of(self, container: str) -> tuple[Signer, str]:
        return (self._own, container) if place.is_own(container) else self._elsewhere(container)
