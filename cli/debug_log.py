"""Keeps what options hold, tokens and passwords among it, out of the framework's debug log."""

import logging
from collections.abc import Iterator, Sequence

LOGGER = "cli.knack.cli"
LINE = "Command arguments"
HIDDEN = "..."


def hide_values() -> None:
    """From now on; once is enough."""
    logger = logging.getLogger(LOGGER)
    if _hide not in logger.filters:
        logger.addFilter(_hide)


def _hide(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(LINE) and isinstance(record.args, tuple):
        words = record.args[0]
        record.args = (list(_shown(words if isinstance(words, list) else [])),)
    return True


def _shown(words: Sequence[str]) -> Iterator[str]:
    """Words before the first option; of options their names, as any of them may be secret."""
    is_value = False
    for word in words:
        if word.startswith("-"):
            name, equals, _ = word.partition("=")
            short = name if name.startswith("--") else name[:2]  # `-pSECRET`
            yield f"{short}{equals}{HIDDEN}" if equals or short != name else name
            is_value = True
        else:
            yield HIDDEN if is_value else word
