"""An app whose functions write down what they saw."""

import json
import textwrap
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from devhost_tests.served import Served, serve

HEAD = """
import json
import os
import azure.functions as func

app = func.FunctionApp()

def record(name, document):
    with open(os.environ["RECORD"], "a") as file:
        file.write(json.dumps([name, document]) + "\\n")
"""


class RecordingApp:
    """The functions of a text, in a folder, with the record that they write by `record`."""

    def __init__(self, folder: Path, functions: str, **settings: str) -> None:
        self._record = folder / "record.jsonl"
        self._folder = folder
        self._env = {"RECORD": str(self._record), **settings}
        (folder / "host.json").write_text('{"version": "2.0"}')
        (folder / "function_app.py").write_text(HEAD + textwrap.dedent(functions))

    def serve(self, *options: str) -> AbstractContextManager[Served]:
        return serve(self._folder, self._folder / "state", *options, env=self._env)

    def seen(self, function: str) -> list[Any]:
        if not self._record.exists():
            return []
        lines = [json.loads(line) for line in self._record.read_text().splitlines()]
        return [document for name, document in lines if name == function]

    def poison(self) -> list[dict[str, str]]:
        path = self._folder / "state" / "webjobs-blobtrigger-poison.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def system_key(self) -> str:
        return str(json.loads((self._folder / "state" / "keys.json").read_text())["system"])
