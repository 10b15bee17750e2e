"""Help texts: what each group of commands is for, and the welcome."""

import json

from knack.help import CLIHelp
from knack.help_files import helps

from cli.command_table import GROUPS

WELCOME = """
Batch endpoints, self-hosted. Three commands from nothing:

    bep score MODEL DATA -o OUT    score a folder of files with a model folder
    bep init MODEL                 write an endpoint and a deployment file for a model
    bep doctor                     say what is wrong with a model, a file, a service

Everything of `az ml` for batch endpoints works with `bep` in the place of `az`.
"""

for _name, _summary in GROUPS.items():
    helps[_name] = json.dumps({"type": "group", "short-summary": _summary})


class Help(CLIHelp):  # type: ignore[misc]  # knack has no types
    def __init__(self, cli_ctx: object) -> None:
        super().__init__(cli_ctx=cli_ctx, welcome_message=WELCOME)
