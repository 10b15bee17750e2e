"""App settings: what the environment says, and %NAME% references to it in a function's bindings."""

import os
import re

from devhost.host_errors import AppRefused

THREADS = "PYTHON_THREADPOOL_THREAD_COUNT"
DEFAULT_THREADS = 1000  # the real host's, for a Python worker whose app does not set it


def resolve(text: str, *, where: str) -> str:
    """Replace each %NAME% by the app setting of that name, as the real host does in bindings."""

    def value(reference: re.Match[str]) -> str:
        name = reference[1]
        if name not in os.environ:
            raise AppRefused(
                f"{where} refers to the app setting '{name}', which is not set.",
                fix=f"Add '{name}' to Values in local.settings.json or to the environment.",
            )
        return os.environ[name]

    return re.sub(r"%([^%]+)%", value, text)


def is_disabled(function: str) -> bool:
    """An app setting may switch a function off: `AzureWebJobs.<function>.Disabled`."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs__{function}__Disabled")
    return any(os.environ.get(name, "").lower() in {"true", "1"} for name in names)


def worker_count() -> int:
    """FUNCTIONS_WORKER_PROCESS_COUNT, else one, as on the real host; 0 is threads of the host."""
    text = os.environ.get("FUNCTIONS_WORKER_PROCESS_COUNT", "1")
    if not text.isdecimal():
        raise AppRefused(
            f"FUNCTIONS_WORKER_PROCESS_COUNT is '{text}'.", fix="Set it to a number, or not at all."
        )
    return int(text)


def thread_count() -> int:
    """PYTHON_THREADPOOL_THREAD_COUNT as the Python worker reads it; the real host's if it is unset.

    The variable is set, too: the Durable SDK makes threads of its own by it.
    """
    os.environ.setdefault(THREADS, str(DEFAULT_THREADS))
    text = os.environ[THREADS]
    if not text.isdecimal() or int(text) < 1:
        raise AppRefused(
            f"{THREADS} is '{text}'.", fix="Set it to a number from 1 up, or not at all."
        )
    return int(text)
