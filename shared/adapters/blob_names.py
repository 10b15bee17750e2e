"""Which names blob storage can hold."""

import re

from shared.domain.blob_name import NAME_LIMIT, NO_CHARACTER, problem_with
from shared.domain.errors import InvalidRequest

_CONTAINER = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]|\$(root|web|logs)")


def check_container(container: str) -> None:
    if not _CONTAINER.fullmatch(container):
        raise InvalidRequest(
            f"'{container}' is not a container's name.",
            fix="Use 3 to 63 lower-case letters, digits and single hyphens between them.",
            target="container",
        )


def check_names(container: str, name: str) -> None:
    """Refuse what no store can hold."""
    check_container(container)
    if problem := problem_with(name):
        raise InvalidRequest(
            f"{name[:NAME_LIMIT]!a} is not a blob's name: {problem}.",
            fix="Use a relative path without '.' and '..', as the container's listing shows it.",
            target="blob",
        )


def may_begin_a_name(prefix: str) -> bool:
    """Whether some blob's name may begin so; the store fails when asked for another prefix."""
    return len(prefix) <= NAME_LIMIT and not NO_CHARACTER.search(prefix)
