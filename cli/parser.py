"""The parser of one command line: knack's, in which a command's own flag goes before a global one.

`bep score ... -o OUT` is the folder, as `-o` is of most programs; the output format of `score` and
`init` is --output alone. What is wrong with a command line is one sentence, without the usage.
"""

import sys
from typing import Any, NoReturn

from knack.log import get_logger
from knack.parser import CLICommandParser

from cli.errors import UsageError

WORDS = "model_and_data"
"""Of `score`, the one command with words: flags may stand between them."""
MISSING_COMMAND = ("_command", "_subcommand")

log = get_logger(__name__)


class Parser(CLICommandParser):  # type: ignore[misc]  # knack has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "conflict_handler": "resolve"})

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The framework's own calls what is left over an error of the whole program."""
        self._expand_prefixed_files(args)
        known, others = self.parse_known_args(args, namespace)
        words = getattr(known, WORDS, None)
        if words and not any(other.startswith("-") for other in others):
            words += others  # argparse takes those that stand side by side alone
        elif others:
            known._parser.error(f"unrecognized arguments: {' '.join(others)}")  # noqa: SLF001
        return known

    def error(self, message: str) -> NoReturn:
        log.error("%s: %s. %s", self.prog, *self._reason_and_fix(message.rstrip(".")))
        sys.exit(UsageError.exit_code)

    def _reason_and_fix(self, message: str) -> tuple[str, str]:
        if message.endswith(MISSING_COMMAND):
            names = [name for action in self._actions for name in action.choices or ()]
            return "a command is missing", f"Write one of: {', '.join(names)}."
        return message, f"See '{self.prog} --help'."
