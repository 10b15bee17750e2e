"""Times as the HTTP API writes and reads them, always UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_second(micros: int) -> str:
    return _moment(micros).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_tick(micros: int) -> str:
    """To a tenth of a microsecond, as histories have it."""
    return _moment(micros).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def parsed(text: str | None) -> int | None:
    """Microseconds since 1970; None for what is no time, which the real host ignores."""
    try:
        moment = datetime.fromisoformat((text or "").strip().replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
