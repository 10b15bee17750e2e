"""What is said of an account that does not answer names the account."""

from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.adapters.routed_blobs import RoutedBlobs
from shared.domain.errors import ServiceUnavailable


class Silent(MemoryBlobs):
    def head(self, container: str, name: str) -> Any:
        raise ServiceUnavailable(
            f"The store did not serve container '{container}'.", fix="Try again.", target=name
        )


@pytest.mark.parametrize(
    ("container", "told"),
    [
        ("https://gone.blob.core.windows.net/box", "'https://gone.blob.core.windows.net/box': The"),
        ("https://gone.blob.core.windows.net/box#key", "'https://gone.blob.core.windows.net/box':"),
        ("theirs:box", "Datastore 'theirs': The store"),
        ("https://gone.invalid", "The store did not serve"),
    ],
)
def test_a_silent_account_is_named(container: str, told: str) -> None:
    blobs = RoutedBlobs(MemoryBlobs(), lambda _: (Silent(), "box"))

    with pytest.raises(ServiceUnavailable) as silent:
        blobs.head(container, "a.csv")

    assert silent.value.problem.startswith(told)
    assert ("Try again.", "a.csv") == (silent.value.fix, silent.value.target)
