"""What a scorer process says of a failure: texts that are never too long, and fit into UTF-8."""

from __future__ import annotations

# As many characters as the domain's LONGEST_REASON, which a foreign interpreter cannot import.
MESSAGE_LIMIT = 3000
# A traceback that recurses has thousands of lines; its end says what went wrong.
DETAILS_LIMIT = 64 * 1024
# Stands where the middle of a text was taken out.
_CUT = "\n...\n"


def printable(text: str) -> str:
    """Half of a surrogate pair, which no UTF-8 can hold, is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def error_text(error: BaseException) -> str:
    """What the error says: never empty, its first line first, and never too long."""
    try:
        text = printable(str(error)).strip()
    except Exception:  # noqa: BLE001  # a model's own error may fail to say anything
        text = ""
    text = text or type(error).__name__
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters: the first line, and as much as fits of what comes last."""
    if len(text) <= limit:
        return text
    head = text.split("\n", 1)[0][: limit // 3] + _CUT
    tail = text[len(text) - max(0, limit - len(head)) :]
    _, newline, whole = tail.partition("\n")
    return head + (whole if newline and whole else tail)
