"""The service's own identity towards Azure: a managed identity, or who is signed in here."""

from functools import lru_cache

from azure.core.credentials import TokenCredential


@lru_cache(maxsize=1)
def service_identity() -> TokenCredential:
    """One for the process: it keeps the tokens that it got."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  # half a second to import

    return DefaultAzureCredential()
