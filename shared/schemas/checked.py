"""From pydantic's refusals to ours: the field under its wire name, the value, the fix."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import ValidationError

from shared.domain.errors import InvalidRequest

LONGEST_QUOTE = 200


@contextmanager
def refusals(names: Mapping[str, str]) -> Iterator[None]:
    """Turn a domain model's refusal into InvalidRequest; `names` maps its fields to the wire's."""
    try:
        yield
    except ValidationError as refusal:
        first = refusal.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        target = names.get(path, path)
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ValueError):
            problem, _, fix = str(cause).partition(". ")
            prefix = f"'{target}': " if target else ""
            raise InvalidRequest(f"{prefix}{problem}.", fix=fix, target=target) from None
        raise InvalidRequest(
            f"'{target}' is {str(first['input'])[:LONGEST_QUOTE]}: {_lower(first['msg'])}.",
            fix="Give a value in that range.",
            target=target,
        ) from None


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
