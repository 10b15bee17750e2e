"""The house: who may import whom. Imports go down only, and never in a circle."""

import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.product import (
    PACKAGES,
    ROOT,
    TOP_LEVEL,
    imported_modules,
    imports,
    modules,
)
from tests.support.rooms import MAY_IMPORT, PUBLIC

# A room may import itself and the rooms named here.
ROOMS = sorted(MAY_IMPORT, key=len, reverse=True)
# Of the world outside, the rules know pydantic only.
DOMAIN_MAY_USE = {"pydantic"}


def room_of(module: str) -> str | None:
    return next((r for r in ROOMS if module == r or module.startswith(f"{r}.")), None)


ALL = list(modules().items())


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


def outside(package: str) -> Iterator[Path]:
    """Our files that only use the package: the app's, its tests', the benchmarks'."""
    for top in (*TOP_LEVEL - {package}, "tests", "benchmarks"):
        yield from (
            [ROOT / f"{top}.py"] if (ROOT / f"{top}.py").exists() else (ROOT / top).rglob("*.py")
        )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_used_by_its_public_modules_only(package: str) -> None:
    for path in outside(package):
        used = {name for name in imports(path) if name.split(".")[0] == package}
        inner = {name for name in used if name.rpartition(".")[0] not in PUBLIC[package]}
        assert not inner, f"{path.relative_to(ROOT)} imports {inner}"


@pytest.mark.parametrize("package", PACKAGES)
def test_the_readme_of_a_package_lists_its_public_modules(package: str) -> None:
    readme = (PACKAGES[package].parents[1] / "README.md").read_text(encoding="utf-8")

    assert [] == sorted(module for module in PUBLIC[package] if f"| `{module}` |" not in readme)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_tests_of_a_package_use_nothing_of_the_app(package: str) -> None:
    for path in (PACKAGES[package].parents[1] / "tests").rglob("*.py"):
        foreign = {name.split(".")[0] for name in imports(path)} & (TOP_LEVEL - {package})
        assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"


def under(room: str) -> list[tuple[str, Path]]:
    return [pair for pair in ALL if pair[0].startswith(f"{room}.")]


def test_every_top_level_package_is_a_room() -> None:
    assert {room.split(".")[0] for room in ROOMS} == TOP_LEVEL


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """Names that lead back to the first of them; none, if there are no such."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_through_others() -> None:
    graph = {module: imported_modules(path) - {module} for module, path in ALL}

    assert [] == circle_in(graph)


PARENTS = sorted({module.rpartition(".")[0] for module, _ in ALL} - {"", "shared"})


@pytest.mark.parametrize("parent", PARENTS)
def test_the_files_and_folders_of_a_package_import_one_another_in_one_direction(
    parent: str,
) -> None:
    """A folder counts as a whole, with all that is below it. `shared` has its rooms above."""
    graph = dict[str, set[str]]()
    for module, path in under(parent):
        child = module.removeprefix(f"{parent}.").split(".")[0]
        below = {name for name in imported_modules(path) if name.startswith(f"{parent}.")}
        others = {name.removeprefix(f"{parent}.").split(".")[0] for name in below}
        graph.setdefault(child, set()).update(others - {child})

    assert [] == circle_in(graph)


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


TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in TESTS}), ids=lambda folder: folder.name
)
def test_a_folder_of_tests_has_tests_or_what_they_use(folder: Path) -> None:
    assert [path for path in folder.glob("*.py") if path.name != "__init__.py"]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_folder_of_tests_takes_nothing_from_its_neighbours(path: Path) -> None:
    """What several use is in `tests.support`."""
    folder = path.relative_to(ROOT / "tests").parts[0]
    for name in imports(path):
        if name.startswith("tests."):
            assert name.split(".")[1] in {folder, "support"}, f"{path} imports {name}"
