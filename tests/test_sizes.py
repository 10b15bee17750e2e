"""How long files, functions and folders may be, and what each has to say of itself."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.support.product import PACKAGES, ROOT, modules, tree_of

type Function = ast.FunctionDef | ast.AsyncFunctionDef

MOST_LINES_OF_A_FILE = 250
MOST_LINES_OF_A_TEST_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MEDIAN, NINE_OF_TEN = 8, 16
"""Lines that half of the functions, and nine of ten, have at most."""
MOST_OF_A_FOLDER = 0.4
"""Of the product's lines: a larger one is a house of its own. `shared` is that house."""

FILES = [path for name, path in modules().items() if not name.startswith("examples.")]
TESTS = [
    path
    for folder in (ROOT, *(package.parents[1] for package in PACKAGES.values()))
    for path in (folder / "tests").rglob("*.py")
]


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions() -> Iterator[tuple[str, Function]]:
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


def length_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_annotated(function: Function) -> bool:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one]
    bare = {one.arg for one in every if one.annotation is None}
    return function.returns is not None and bare <= {"self", "cls"}


def test_no_file_is_too_long_to_read() -> None:
    assert [] == [path for path in FILES if lines_of(path) > MOST_LINES_OF_A_FILE]


def test_no_test_file_is_too_long_to_read() -> None:
    assert [] == [path for path in TESTS if lines_of(path) > MOST_LINES_OF_A_TEST_FILE]


def test_no_function_is_too_long_to_read() -> None:
    long = [name for name, one in functions() if length_of(one) > MOST_LINES_OF_A_FUNCTION]

    assert [] == long


def test_most_functions_are_short() -> None:
    lengths = [length_of(one) for _, one in functions()]

    assert median(lengths) <= MEDIAN
    assert quantiles(lengths, n=10)[-1] <= NINE_OF_TEN


def test_every_function_is_annotated() -> None:
    assert [] == [name for name, one in functions() if not is_annotated(one)]


def test_no_folder_holds_most_of_the_product() -> None:
    lines = Counter[Path]()
    for path in FILES:
        for folder in path.relative_to(ROOT).parents:
            lines[folder] += lines_of(path)
    most = lines.pop(Path()) * MOST_OF_A_FOLDER

    assert {Path("shared")} >= {folder for folder, count in lines.items() if count > most}


def test_a_package_says_in_one_line_what_it_is_for() -> None:
    folders = {path.parent for path in FILES} - {ROOT}
    inits = [folder / "__init__.py" for folder in sorted(folders)]

    assert [] == [path for path in inits if not path.exists()]
    assert [] == [path for path in inits if lines_of(path) != 1]
    assert [] == [path for path in inits if not ast.get_docstring(tree_of(path))]
