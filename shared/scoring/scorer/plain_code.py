"""Whether what a deployment runs before its libraries' imports could change what these do.

A seed that is set, a warning that is turned into an error, an attribute that is replaced: a library
that is imported after that finds it, and one that was imported ahead does not. So nothing is
imported ahead but for scripts that only import at first, and leave alone what imports share; and
for models without code of a user's. What is in doubt is not plain.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from shared.scoring.scorer_spec import ScorerSpec

# What Python's modules share, and what changes how modules come to be.
_SHARED = re.compile(
    r"\b(warnings|random|seed|mock|patch|setattr|delattr|modules|meta_path|path_hooks|importlib"
    r"|__import__|builtins|exec|eval|ctypes|putenv|unsetenv|locale|codecs|gc|signal|setLevel"
    r"|dictConfig|fileConfig|setLoggerClass|setdlopenflags|set_start_method|monkey\w*)\b"
    r"|\bsys\s*\.\s*path\b|\benviron\s*\.\s*(update|setdefault|pop|popitem|clear)\b"
)
_LARGEST_SOURCE, _MOST_FILES = 1 << 20, 200
CODES_CACHED = 64
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def may_import_ahead(spec: ScorerSpec) -> bool:
    """Of a deployment, whose code folder never changes."""
    if spec.code_dir is None:
        return spec.is_stateless
    return is_plain(spec.code_dir)


@lru_cache(CODES_CACHED)
def is_plain(code_dir: Path) -> bool:
    """Whether all of a folder's Python code is."""
    try:
        files = [path for path in code_dir.rglob("*") if path.is_file()]
        sources = [path for path in files if path.suffix == ".py"]
        is_known = len(files) <= _MOST_FILES and not any(map(_is_compiled, files))
        return is_known and all(map(_is_plain_file, sources))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return False


def _is_compiled(path: Path) -> bool:
    return path.suffix in {".so", ".pyd", ".pyc", ".pth"} and "__pycache__" not in path.parts


def _is_plain_file(path: Path) -> bool:
    if path.stat().st_size > _LARGEST_SOURCE:
        return False
    text = path.read_text(encoding="utf-8")
    if _SHARED.search(text):
        return False
    module = ast.parse(text)
    return _imports_first(module) and not any(_changes_others(module, _imported(module)))


def _imports_first(module: ast.Module) -> bool:
    """Whether nothing runs before the last import, and no function imports."""
    at = [number for number, one in enumerate(module.body) if isinstance(one, _IMPORTS)]
    before = module.body[: at[-1]] if at else []
    inside = sum(isinstance(one, _IMPORTS) for one in ast.walk(module))
    return inside == len(at) and all(map(_does_nothing, before))


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, _IMPORTS):
        return True
    if isinstance(statement, _DEFINITIONS):
        return not statement.decorator_list
    if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    return False


def _imported(module: ast.Module) -> set[str]:
    names = (name for one in ast.walk(module) if isinstance(one, _IMPORTS) for name in one.names)
    return {(name.asname or name.name).partition(".")[0] for name in names}


def _changes_others(module: ast.Module, imported: set[str]) -> Iterator[bool]:
    """For each target of an assignment: whether it lies in what was imported."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield _root(node) in imported


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
