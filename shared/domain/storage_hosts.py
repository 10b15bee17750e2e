"""Which servers are storage accounts: Azure's own by their names, others by a setting."""

import re

from shared.domain.message import Message
from shared.domain.reference import BlobUrl

_AZURE = re.compile(
    r"[a-z0-9]{3,24}(?:-secondary)?(?:\.z\d{1,3})?\.blob\."
    r"(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net"
    r"|storage\.azure\.net|fabric\.microsoft\.com)"
)
"""The public and the sovereign clouds', with the accounts of DNS zones."""


class StorageHosts(Message):
    """`others` are hosts, with their ports, that are storage accounts too.

    Azure's accounts have a host each; of others the path begins with the account's name. URLs of
    those in `by_identity` are read by the service's own identity, for everyone who may invoke.
    """

    others: tuple[str, ...] = ()
    by_identity: tuple[str, ...] = ()

    def is_storage(self, host: str) -> bool:
        return is_azure(host) or host in self.others

    def account_of(self, url: BlobUrl) -> tuple[str, str]:
        """What the URLs of its account's blobs begin with, and the rest of this one's path.

        Azure's accounts are asked by https, however the URL begins: they know no other way, or
        would be shown a signature in the clear.
        """
        rest = url.path.removeprefix("/")
        if is_azure(url.host):
            return f"https://{url.host}", rest
        name, _, rest = rest.partition("/")
        return f"{url.scheme}://{url.host}/{name}", rest


def is_azure(host: str) -> bool:
    return _AZURE.fullmatch(host) is not None
