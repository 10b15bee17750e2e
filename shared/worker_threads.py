"""Whether the worker has threads enough: requests, activities and orchestrators share them.

A mini-batch's activity holds its thread for seconds, the build of an environment for minutes. With
fewer threads than the host starts activities, requests wait for one of those to end.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SETTING = "PYTHON_THREADPOOL_THREAD_COUNT"
HOST_DEFAULT = 1000  # what the host sets where the app does not
TASKS_PER_CORE = 10  # the Durable extension's default for each cap
REQUESTS = 32  # at once, beside a full load: polls, pages of the Studio, PUTs
CAPS = ("maxConcurrentActivityFunctions", "maxConcurrentOrchestratorFunctions")
OVERRIDE = "azurefunctionsjobhost__extensions__durabletask__"


def few_threads(environment: Mapping[str, str], host_json: Path, cores: int | None = None) -> str:
    """What is wrong with the setting, with the arithmetic and the fix; empty if nothing is."""
    text = environment.get(SETTING, "")
    if not text:
        return ""
    cores = cores or os.cpu_count() or 1
    if not text.isdecimal() or int(text) < 1:
        return (
            f"{SETTING} is '{text[:100]}', which is no number of threads: the worker takes "
            f"{min(32, cores + 4)}. Take the setting away for the host's {HOST_DEFAULT:,}."
        )
    activities, orchestrators = (_cap(cap, environment, host_json, cores) for cap in CAPS)
    wanted = activities + orchestrators + REQUESTS
    if int(text) >= wanted:
        return ""
    return (
        f"{SETTING} is {text}, and {activities} activities ({CAPS[0]}), {orchestrators} "
        f"orchestrators ({CAPS[1]}) and {REQUESTS} requests at once want {activities} + "
        f"{orchestrators} + {REQUESTS} = {wanted} threads: requests would wait until mini-batches "
        f"and builds of environments end. Set it to {wanted} or more, or take it away for the "
        f"host's {HOST_DEFAULT:,}."
    )


def _cap(name: str, environment: Mapping[str, str], host_json: Path, cores: int) -> int:
    """As an app setting says, as host.json says, or the extension's default."""
    overrides = {key.lower(): value for key, value in environment.items()}
    document: Any = json.loads(host_json.read_text(encoding="utf-8-sig"))
    section = document.get("extensions", {}).get("durableTask", {})
    text = str(overrides.get(OVERRIDE + name.lower(), section.get(name, "")))
    return int(text) if text.isdecimal() else TASKS_PER_CORE * cores
