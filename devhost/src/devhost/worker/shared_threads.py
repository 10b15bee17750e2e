"""One pool of threads for all that runs in a worker, as PYTHON_THREADPOOL_THREAD_COUNT means it.

The Durable SDK runs synchronous code in the pool of the worker's runtime, which it looks for in the
loaded modules; without one it makes a second pool of the same size.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

RUNTIME = "azure_functions_runtime"


def share(pool: Callable[[], ThreadPoolExecutor]) -> None:
    """Stand in for the runtime of Azure's worker, which this process does not load."""
    runtime = ModuleType(RUNTIME, "The pool of devhost's worker, where the Durable SDK looks.")
    vars(runtime)["get_threadpool_executor"] = pool
    sys.modules.setdefault(RUNTIME, runtime)
