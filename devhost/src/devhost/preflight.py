"""`devhost-preflight APP_FOLDER`: says whether Azure would load an app.

Indexes the app with azure-functions-runtime, the package that the real worker loads on Python
3.13, then checks what the real host does with the result. Run it in a process of its own: it
imports the app. Exit code 0 for yes, 1 for no.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from devhost.worker.checks import complaints_about
from devhost.worker.indexing import refuse

USAGE = "usage: devhost-preflight APP_FOLDER"


class _Message:
    """Stands for any protobuf message of the worker's channel: it takes any field."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


class _BindingInfo(_Message):
    """The one message whose constants the worker's checks compare."""

    out, inout, undefined = 1, 2, 0


def index_as_azure_does(app_folder: Path) -> int:
    """The number of functions found; raises what the real worker raises."""
    os.chdir(app_folder)
    sys.path.insert(0, str(app_folder))
    from azure_functions_runtime import handle_event, loader  # noqa: PLC0415  # after sys.path
    from azure_functions_runtime.bindings.meta import load_binding_registry  # noqa: PLC0415
    from azure_functions_runtime.functions import Registry  # noqa: PLC0415

    protos = SimpleNamespace(
        BindingInfo=_BindingInfo, RpcFunctionMetadata=_Message, RpcRetryOptions=_Message
    )
    handle_event.protos = protos
    load_binding_registry()
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    functions = loader.index_function_app(str(app_folder / script))
    loader.process_indexed_function(protos, Registry(), functions, str(app_folder))
    refuse(complaint for one in functions for complaint in complaints_about(one))
    return len(functions)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)  # noqa: T201  # a command line's answer
        return 2
    try:
        count = index_as_azure_does(Path(arguments[0]).resolve())
    except Exception as error:  # noqa: BLE001  # importing an app may raise anything
        print(f"Azure would load nothing: {error}", file=sys.stderr)  # noqa: T201  # as above
        return 1
    print(f"Azure would load {count} functions.")  # noqa: T201  # as above
    return 0


def run() -> NoReturn:
    """The command `devhost-preflight`, which is also `python -m devhost.preflight`."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
