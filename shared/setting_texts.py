"""Settings that are several texts, comma separated."""


def split_text(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def split(value: object) -> object:
    return split_text(value) if isinstance(value, str) else value
