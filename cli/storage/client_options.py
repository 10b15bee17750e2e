"""How patient the storage client is."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore.store import ClientConfig, RetryConfig

CONNECT_TIMEOUT_S = 10
SILENCE_S = 60
"""Without a byte from the store, a connection counts as broken."""
LONGEST_TRANSFER = timedelta(days=7)
"""obstore would end any request after 30 s; the silence above already catches a dead one."""

RETRIES: "RetryConfig" = {
    "max_retries": 10,
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=8),
        "base": 2,
    },
    "retry_timeout": timedelta(seconds=60),
}
"""Of one request: a block that was staged is not sent again because another one broke."""


def limits(authorities: bytes) -> "ClientConfig":
    options: ClientConfig = {
        "allow_http": True,  # the emulator; an account in Azure answers https only
        "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
        "read_timeout": timedelta(seconds=SILENCE_S),
        "timeout": LONGEST_TRANSFER,
    }
    if authorities:
        options["root_certificate"] = authorities
    return options
