"""What ends a command in words, and with which exit code.

    CommandError              1   the service said no
    |-- Unreachable           1   it did not answer: who waits for something may ask again
    |-- UsageError            2   the command line, a file or a name in it is wrong
    |-- ResourceNotFound              3   the service has no such thing
    '-- JobFailed             4   the job that was waited for did not complete

The codes are az's; 4 is ours.
"""

from knack.util import CLIError


class CommandError(CLIError):  # type: ignore[misc]  # knack has no types
    """`message` says what is wrong, with the value; `fix` what to do."""

    exit_code = 1

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(f"{message} {fix}".strip())
        self.problem = message
        self.fix = fix


class Unreachable(CommandError):
    pass


class UsageError(CommandError):
    exit_code = 2


class ResourceNotFound(CommandError):
    exit_code = 3


class JobFailed(CommandError):
    exit_code = 4
