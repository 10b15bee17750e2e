"""Where a container lies, in the words that locations carry.

- `<container>`: in the service's own account
- `<datastore>:<container>`: in the account of a datastore elsewhere
- `https://<account>/<container>`: by its URL, without a datastore; `#<key>` at its end names the
  signature that came with the URL, which is kept sealed
- `https://<server>`: a web server that is no storage account
"""

import re
from urllib.parse import urlsplit

_OF_DATASTORE = re.compile(r"(?P<datastore>[A-Za-z0-9_-]+):(?P<container>(?!//).+)")


def of_datastore(datastore: str, container: str) -> str:
    return f"{datastore}:{container}"


def of_url(url: str, signature: str = "") -> str:
    """The place of an account's container, or of a web server; `signature` is a kept one's key."""
    return f"{url}#{signature}" if signature else url


def is_own(container: str) -> bool:
    """Whether it is the name of a container of the service's own account."""
    return ":" not in container


def datastore_of(container: str) -> tuple[str, str]:
    """The datastore and the container of its account; both empty for any other place."""
    match = _OF_DATASTORE.fullmatch(container)
    return (match["datastore"], match["container"]) if match else ("", "")


def signature_of(container: str) -> tuple[str, str]:
    """The URL and the key of the signature that opens it, empty if there is none."""
    url, _, key = container.partition("#")
    return url, key


def is_web_server(container: str) -> bool:
    """Whether it has single files only, and no container that could be listed."""
    parts = urlsplit(words(container))
    return parts.scheme in {"http", "https"} and not parts.path


def host_of(container: str) -> str:
    """The server of a place that is a URL."""
    return urlsplit(container).netloc


def words(container: str) -> str:
    """As people read it."""
    return container.partition("#")[0]
