"""Where a scorer process begins: `python <this folder>/__main__.py REQUESTS EVENTS PARENT`.

Started by path, so that the app's other modules are not on the model's `sys.path`. This folder
becomes a package with a private name, for the same reason.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

_PACKAGE = "_scorer_child"


def main() -> None:
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != here]
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, here / "__init__.py", submodule_search_locations=[str(here)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(str(here))
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    drivers = importlib.import_module(_PACKAGE + ".drivers")
    loop = importlib.import_module(_PACKAGE + ".loop")
    loop.run(sys.argv[1:], drivers.DRIVERS, drivers.PREPARATIONS)


if __name__ == "__main__":
    main()
