"""A user's scoring script in a peer's process, and its results as the service would write them."""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

type Run = Callable[[Sequence[str]], Any]


def load(path: str) -> Run:
    """The script's run(), once its init() is through."""
    found = importlib.util.spec_from_file_location("script", path)
    if found is None or found.loader is None:
        raise ValueError(f"'{path}' is not a Python file.")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    module.init()
    run: Run = module.run
    return run


def lines(result: Any) -> bytes:
    """One mini-batch's rows: a table's separated by spaces, a list's elements one a line."""
    if isinstance(result, list):
        return "".join(f"{element}\n" for element in result).encode()
    text: str = result.to_csv(sep=" ", header=False, index=False)
    return text.encode()
