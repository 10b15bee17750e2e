"""Whether a scoring script can be read, and has the functions that are called."""

import ast
from collections.abc import Iterator
from pathlib import Path

from cli.checks.finding import Finding, note, ok, wrong


def check_scoring_script(path: Path) -> Iterator[Finding]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        yield wrong("script", f"Line {error.lineno} of '{path}': {error.msg}.", "Mend the line.")
        return
    except (OSError, UnicodeDecodeError) as error:
        yield wrong("script", f"'{path}' cannot be read: {error}.", "Save it as UTF-8.")
        return
    names = set(_names(tree))
    if "run" not in names:
        yield wrong("script", f"'{path}' has no run().", "Define run(mini_batch) in it.")
        return
    yield ok("script", f"'{path}' has run().")
    if "init" not in names:
        yield note("script", f"'{path}' has no init().", "Load the model there, once a process.")


def _names(tree: ast.Module) -> Iterator[str]:
    """What the module defines, or imports under a name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (one.asname or one.name for one in node.names)
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
