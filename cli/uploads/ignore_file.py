"""What an upload leaves out: `.amlignore` of the folder, else its `.gitignore`."""

from collections.abc import Callable
from pathlib import Path

from cli.errors import UsageError

IGNORE_FILES = (".amlignore", ".gitignore")

type IsIgnored = Callable[[str], bool]
"""Whether a name below the folder is left out; a folder's name ends with a slash."""


def read_ignore_file(folder: Path) -> IsIgnored:
    """Raises UsageError for a file that is not of such patterns."""
    for name in IGNORE_FILES:
        if (folder / name).is_file():
            return _matcher(folder / name)
    return lambda _: False


def _matcher(path: Path) -> IsIgnored:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  # only folders with such a file wait for it

    try:
        spec = GitIgnoreSpec.from_lines(path.read_text(encoding="utf-8").splitlines())
    except ValueError as error:  # no UTF-8, or no pattern
        raise UsageError(
            f"'{path}' is not a file of patterns: {error}.",
            fix="Mend it: one pattern a line, as for git.",
        ) from None
    return lambda name: bool(spec.match_file(name))
