"""What went wrong, in words, and the exit code that says so."""

import configparser
import errno
from pathlib import Path

from cli.errors import CommandError, UsageError
from shared.domain.errors import BatchError

_MAY_WRITE = "Name a folder that can be written; settings lie where BEP_CONFIG_DIR says."
FIXES = {
    errno.ENOSPC: "Free some space, and repeat the command.",
    errno.EDQUOT: "Free some space, and repeat the command.",
    errno.EFBIG: "Raise the limit of a file's size (ulimit -f), and repeat the command.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n), and repeat the command.",
    errno.EACCES: _MAY_WRITE,
    errno.EPERM: _MAY_WRITE,
    errno.EROFS: _MAY_WRITE,
    errno.ENAMETOOLONG: "Use a shorter name.",
}
"""What to do about what a system call refused."""
QUERY_FIX = "Look at the answer without --query, and at jmespath.org."


def explain(error: Exception, settings: Path) -> tuple[str, int]:
    """The words and the exit code; no words for a reader of ours that went away.

    `settings` is the file that a configuration error is about.
    """
    if isinstance(error, BrokenPipeError):
        return "", CommandError.exit_code
    if isinstance(error, CommandError):
        return str(error), error.exit_code
    if text := _explain_usage(error, settings):
        return text, UsageError.exit_code
    if isinstance(error, OSError):
        return _explain_system_call(error), CommandError.exit_code
    what = f"{type(error).__name__}: {error}"
    return f"This is a fault of bep's own: {what}. Report it, with --debug.", 1


def _explain_usage(error: Exception, settings: Path) -> str:
    """Of a file, a setting or a query that is wrong; '' for anything else."""
    if isinstance(error, BatchError):
        return str(error)
    if isinstance(error, configparser.Error):
        reason = " ".join(str(error).split())
        return f"The settings cannot be read: {reason}. Mend or delete '{settings}'."
    if type(error).__module__.startswith("jmespath"):
        return f"--query does not fit the answer: {_reason_of_query(error)}. {QUERY_FIX}"
    return ""


def _reason_of_query(error: Exception) -> str:
    """Without the value that does not fit, which may be large, or a secret."""
    from jmespath.exceptions import JMESPathTypeError  # noqa: PLC0415  # loaded with the query

    if not isinstance(error, JMESPathTypeError):
        return str(error)
    wanted = " or ".join(error.expected_types)
    return f"{error.function_name}() takes {wanted}, not {error.actual_type}"


def _explain_system_call(error: OSError) -> str:
    where = f"'{error.filename}': " if error.filename else ""
    fix = FIXES.get(error.errno or 0, "Check the path, and repeat the command.")
    return f"{where}{error.strerror or error}. {fix}"
