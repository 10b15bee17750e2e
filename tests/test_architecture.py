"""The house: who may import whom. Imports go down only."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A room may import itself and the rooms named here.
MAY_IMPORT = {
    "function_app": {"triggers", "orchestrators", "activities", "shared.settings"},
    "triggers": {"shared"},
    "orchestrators": {"shared.domain"},
    "activities": {"shared"},
    "shared.services": {
        "shared.application",
        "shared.implementations",
        "shared.scorers",
        "shared.settings",
        "shared.stores",
        "shared.scoring",
        "shared.adapters",
        "shared.ports",
        "shared.domain",
    },
    "shared.implementations": {
        "shared.scorers",
        "shared.settings",
        "shared.stores",
        "shared.scoring",
        "shared.adapters",
        "shared.ports",
        "shared.domain",
    },
    "shared.application": {
        "shared.stores",
        "shared.ports",
        "shared.schemas",
        "shared.domain",
    },
    "shared.scorers": {
        "shared.stores",
        "shared.scoring",
        "shared.adapters",
        "shared.ports",
        "shared.schemas",
        "shared.domain",
    },
    "shared.settings": {"shared.domain"},
    "shared.ports": {"shared.domain"},
    "shared.domain": set[str](),
    "shared.schemas": {"shared.domain"},
    "shared.stores": {"shared.ports", "shared.schemas", "shared.domain"},
    "shared.scoring": {"shared.ports", "shared.schemas", "shared.domain"},
    "shared.adapters": {"shared.ports", "shared.schemas", "shared.domain"},
    "shared.api": {
        "shared.services",
        "shared.settings",
        "shared.application",
        "shared.stores",
        "shared.adapters",
        "shared.ports",
        "shared.schemas",
        "shared.domain",
    },
    "devhost": set[str](),
    "local": {"devhost", "shared.settings"},
    "examples": {"local", "shared.schemas", "shared.domain"},
}
ROOMS = sorted(MAY_IMPORT, key=len, reverse=True)
TOP_LEVEL = {room.split(".")[0] for room in ROOMS}
# Of the world outside, the rules know pydantic only.
DOMAIN_MAY_USE = {"pydantic"}


def modules() -> Iterator[tuple[str, Path]]:
    for top in TOP_LEVEL:
        single = ROOT / f"{top}.py"
        paths = [single] if single.exists() else (ROOT / top).rglob("*.py")
        for path in paths:
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def room_of(module: str) -> str | None:
    return next((r for r in ROOMS if module == r or module.startswith(f"{r}.")), None)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


ALL = sorted(modules())


@pytest.mark.parametrize(("module", "path"), ALL, ids=[module for module, _ in ALL])
def test_imports_go_down_only(module: str, path: Path) -> None:
    room = room_of(module)
    if room is None:
        assert module == "shared.__init__", f"{module} is in no room"
        return
    allowed = MAY_IMPORT[room]
    for name in imports(path):
        if name.split(".")[0] not in TOP_LEVEL:
            continue
        target = room_of(name)
        within = target == room or (target is not None and target.split(".")[0] in allowed)
        assert within or target in allowed, f"{module} imports {name}"


def under(room: str) -> list[tuple[str, Path]]:
    return [pair for pair in ALL if pair[0].startswith(f"{room}.")]


@pytest.mark.parametrize(("module", "path"), under("triggers"))
def test_a_door_takes_nothing_from_another_door(module: str, path: Path) -> None:
    """What two doors need is a use case, or belongs to `shared.api`."""
    for name in imports(path):
        assert name.split(".")[0] != "triggers", f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), under("shared.application"))
def test_a_use_case_knows_of_no_http(module: str, path: Path) -> None:
    for name in imports(path):
        assert name.split(".")[0] not in {"http", "azure", "urllib"}, f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), under("shared.domain"))
def test_the_domain_knows_nothing_of_the_world(module: str, path: Path) -> None:
    for name in imports(path):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or top in DOMAIN_MAY_USE | {"shared"}, name


def test_no_package_shadows_the_standard_library() -> None:
    here = {p.stem for p in ROOT.iterdir() if p.is_dir() or p.suffix == ".py"}
    assert not here & set(sys.stdlib_module_names)


def test_the_api_process_imports_neither_mlflow_nor_pandas() -> None:
    heavy = {"mlflow", "pandas", "sklearn", "pyarrow", "numpy"}
    for module, path in ALL:
        if module.startswith(("shared.scoring.child", "examples")):
            continue
        assert not heavy & {name.split(".")[0] for name in imports(path)}, module
