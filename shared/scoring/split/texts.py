"""What csv and lines of JSON have in common: they are UTF-8, in lines."""

from shared.scoring.split.records import NotSplit

BOM = b"\xef\xbb\xbf"


def require_text(block: bytes) -> None:
    """Raises NotSplit; the block holds whole lines, and so whole characters."""
    if b"\0" in block:
        raise NotSplit("it has a NUL byte")
    try:
        _ = block.isascii() or block.decode()
    except UnicodeDecodeError as error:
        raise NotSplit("its encoding is not UTF-8") from error


def lines_of(text: bytes) -> int:
    """The last one may lack its end."""
    return text.count(b"\n") + (not text.endswith(b"\n") if text else 0)
