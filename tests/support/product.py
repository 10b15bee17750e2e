"""The product's source: each module by its name, read once, and what it imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Packages of their own in this repository, and where they lie.
PACKAGES = {"devhost": ROOT / "devhost" / "src" / "devhost"}
TOP_LEVEL = {
    "function_app",
    "triggers",
    "orchestrators",
    "activities",
    "shared",
    "cli",
    "local",
    "examples",
    *PACKAGES,
}


@cache
def modules() -> dict[str, Path]:
    return dict(sorted(_modules()))


def _modules() -> Iterator[tuple[str, Path]]:
    for top in TOP_LEVEL:
        single = ROOT / f"{top}.py"
        folder = PACKAGES.get(top, ROOT / top)
        for path in [single] if single.exists() else folder.rglob("*.py"):
            yield ".".join(path.relative_to(folder.parent).with_suffix("").parts), path


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The full names of what a file imports, wherever in it."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (_package(path, node.level), node.module)))
            yield from (f"{base}.{name.name}" for name in node.names)


def _package(path: Path, level: int) -> str:
    """What so many dots mean in a file; '' for none."""
    if not level:
        return ""
    name = next((name for name, one in modules().items() if one == path), "")
    return ".".join(name.split(".")[:-level])


def imported_modules(path: Path) -> set[str]:
    """The product's modules among what a file imports."""
    known = modules()
    return {
        module
        for name in imports(path)
        for module in (name, name.rpartition(".")[0])
        if module in known
    }
