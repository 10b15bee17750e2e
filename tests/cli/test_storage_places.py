"""Where the storage is, and where blobs go on this machine."""

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.storage.container import account_url
from cli.storage.fetch_files import path_in


@pytest.mark.parametrize(
    ("account", "protocol", "url"),
    [
        ("myaccount", "https", "https://myaccount.blob.core.windows.net"),
        ("127.0.0.1:10000/devstoreaccount1#", "http", "http://127.0.0.1:10000/devstoreaccount1"),
        ("storage.example:443/acc?", "https", "https://storage.example:443/acc"),
    ],
)
def test_the_accounts_address_is_that_of_azure_or_of_an_emulator(
    account: str, protocol: str, url: str
) -> None:
    endpoint = "core.windows.net"
    datastore = {"accountName": account, "protocol": protocol, "endpoint": endpoint}

    assert url == account_url(datastore)


def test_a_blob_goes_into_the_folder_by_its_path() -> None:
    assert Path("to/a/b c.txt") == path_in(Path("to"), "a/b c.txt")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a/./b", "", "a\0b"])
def test_a_blob_whose_name_leads_out_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="has a name that no file of 'to' can have"):
        path_in(Path("to"), name)
