"""One row of the command table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`function` is `module#function` below `cli.commands`.

    Its flags are in the module of the same name in `cli.arguments`. `confirmation` is the question
    before it runs, unless --yes; '': none. `table` is the JMESPath that `-o table` shows.
    """

    name: str
    function: str
    summary: str
    confirmation: str = ""
    table: str = ""

    @property
    def operation(self) -> str:
        return f"cli.commands.{self.function}"

    @property
    def arguments_module(self) -> str:
        return f"cli.arguments.{self.function.partition('#')[0]}"

    @property
    def verb(self) -> str:
        return self.function.partition("#")[2]
