"""Imports a deployment's script as the module that its place in the code folder makes it.

A script in a folder is a module of that package too, so that `from . import helpers` finds its
siblings; whatever else it imports is found from the code folder, then from the script's own.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Before a name that another module has.
_OURS = "_entry_"


def load(code: Path, path: Path) -> ModuleType:
    """Run the file; `code` is the first entry of `sys.path`. Raises what its import raises."""
    if path.parent != code:
        sys.path.insert(1, str(path.parent))
    package = _package(code, path)
    # A script may be called like a module that is in use: neither may take the other's place.
    plain = path.stem if path.stem not in sys.modules else _OURS + path.stem
    name = f"{package}.{path.stem}" if package else plain
    loader = SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, str(path), loader=loader)
    if spec is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = sys.modules[plain] = module
    loader.exec_module(module)
    return module


def _package(code: Path, path: Path) -> str:
    """The name of the script's package; '' at the top, and where the name cannot be one."""
    folders = path.parent.relative_to(code).parts
    if not folders or any("." in name for name in (*folders, path.stem)):
        return ""
    return ".".join([_top(code, folders[0]), *folders[1:]])


def _top(code: Path, name: str) -> str:
    """`name`, if an import of it finds our folder; else another name for the folder."""
    folder = str(code / name)
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is not None and folder in (found.submodule_search_locations or ()):
        return name
    spec = ModuleSpec(_OURS + name, None, is_package=True)
    spec.submodule_search_locations = [folder]
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    return spec.name
