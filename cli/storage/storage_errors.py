"""What the storage client raises, as errors in words; never with a signature in them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cli.errors import CommandError, ResourceNotFound, Unreachable, UsageError
from cli.storage.container import Container

RESUMED = "Repeat the command: what is complete is not sent again."
STATUS = re.compile(r"status code: (\d{3}[ A-Za-z]*)")


@contextmanager
def storage_errors(container: Container, name: str = "", fix: str = RESUMED) -> Iterator[None]:
    """`name` is the blob that it is about, `fix` what helps when the connection broke."""
    from obstore import exceptions  # noqa: PLC0415  # only what moves bytes waits for it

    try:
        yield
    except exceptions.InvalidPathError:
        raise CommandError(
            f"The blob {name!a} has a name that no local path can have.",
            fix="Copy it under another name.",
        ) from None
    except ValueError as error:
        if "parse path" not in str(error):
            raise
        raise UsageError(
            f"{name!a} is not the name of a blob.",
            fix="Write one whose parts between slashes are neither empty nor '.' nor '..'.",
        ) from None
    except (FileNotFoundError, exceptions.BaseError) as error:
        raise _refusal(container, name, error, fix) from None


def _refusal(container: Container, name: str, error: Exception, fix: str) -> CommandError:
    """By what the client says of it: its classes tell some of it only."""
    text, position = str(error), "/".join(container.url.split("/", 3)[:3])
    status = match[1] if (match := STATUS.search(text)) else ""
    if "ContainerNotFound" in text:
        return ResourceNotFound(
            f"The storage has no container '{container.name}'.", fix="Create it first."
        )
    if status.startswith(("401", "403")) or "PermissionDenied" in type(error).__name__:
        return CommandError(
            f"The storage refused access to the container '{container.name}'.",
            fix="Sign in as somebody who may write there: the role contributor, or invoker.",
        )
    if isinstance(error, FileNotFoundError) or "ResourceNotFound" in type(error).__name__:
        return ResourceNotFound(
            f"There is no blob '{name}' in the container '{container.name}'.",
            fix=f"List what is there: bep storage blob list -c {container.name}.",
        )
    if "certificate" in text.lower():
        return CommandError(
            f"The certificate of the storage at {position} is not trusted.",
            fix="Let REQUESTS_CA_BUNDLE name the file of its authority (PEM).",
        )
    what = f"answered '{status}'" if status else "cannot be reached, or broke off"
    return Unreachable(f"The storage at {position} {what}.", fix=fix)
