"""The section extensions.durableTask of host.json: checked as the Durable extension does.

Its job host does not start on a value outside its bounds, and every request is answered with 503;
this host refuses to start, with key, value and bound.
"""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from devhost.app_settings import resolve
from devhost.host_errors import AppRefused

log = logging.getLogger(__name__)

type Section = Mapping[str, Any]

DEFAULT_HUB = "TestHubName"  # what the Durable extension calls a hub that has no name
TASKS_PER_CORE = 10  # the Durable extension's default for all three concurrency caps
DEFAULT_VISIBILITY = timedelta(minutes=5)
LEAST_VISIBILITY, MOST_VISIBILITY = timedelta(minutes=1), timedelta(minutes=60)
QUEUE_MESSAGES = 32  # what Azure Storage hands out in one call, at most

SECTION = "extensions.durableTask"
STORAGE = "storageProvider"
HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,49}")
# Names of what may be started again under its id while it runs, as the extension has them.
OVERRIDABLE = {"nonrunningstates": False, "anystate": True}
PER_CORE = TASKS_PER_CORE * (os.cpu_count() or 1)
WHOLE_NUMBERS = {  # the default, the least, and the most where there is one
    "maxConcurrentActivityFunctions": (PER_CORE, 1, None),
    "maxConcurrentOrchestratorFunctions": (PER_CORE, 1, None),
    "maxConcurrentEntityFunctions": (PER_CORE, 1, None),
    "extendedSessionIdleTimeoutInSeconds": (30, 0, None),
    "entityMessageReorderWindowInMinutes": (30, 0, None),
    "storageProvider.partitionCount": (4, 1, 16),
    "storageProvider.controlQueueBatchSize": (QUEUE_MESSAGES, 1, None),
    "storageProvider.controlQueueBufferThreshold": (256, 1, 1000),
}
VISIBILITIES = ("controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout")


@dataclass(frozen=True)
class DurableSettings:
    """What this host does by it. `work_item_visibility` is how long a worker may be silent."""

    hub_name: str = DEFAULT_HUB
    max_activities: int = 0
    max_orchestrations: int = 0
    max_entities: int = 0
    work_item_visibility: timedelta = DEFAULT_VISIBILITY
    replaces_running: bool = False


def parse_durable(section: Section) -> DurableSettings:
    """Raises AppRefused for the first value that the extension would not take."""
    found = {key.lower(): value for key, value in section.items()}
    storage = {key.lower(): value for key, value in (found.get(STORAGE.lower()) or {}).items()}
    is_azure_storage = str(storage.get("type", "AzureStorage")).lower() == "azurestorage"
    numbers = {
        key: _whole(key, storage if key.startswith(f"{STORAGE}.") else found)
        for key in WHOLE_NUMBERS
        if is_azure_storage or not key.startswith(f"{STORAGE}.")
    }
    settings = DurableSettings(
        hub_name=_hub_name(str(found.get("hubname", DEFAULT_HUB)), is_azure_storage),
        max_activities=numbers["maxConcurrentActivityFunctions"],
        max_orchestrations=numbers["maxConcurrentOrchestratorFunctions"],
        max_entities=numbers["maxConcurrentEntityFunctions"],
        work_item_visibility=_visibility(storage) if is_azure_storage else DEFAULT_VISIBILITY,
        replaces_running=_replaces_running(found),
    )
    if is_azure_storage:
        _check_polling(storage)
        _warn_of_batches(numbers)
    if str(found.get("extendedsessionsenabled")).lower() == "true":
        log.warning("host.json: extended sessions do not apply to Python; they are off.")
    return settings


def parse_duration(text: str) -> timedelta | None:
    """`[d.]hh:mm:ss[.fraction]`; None for anything else, a bare number (of days) included."""
    pattern = r"(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)"
    match = re.fullmatch(pattern, text)
    if match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _check_polling(storage: Section) -> None:
    key = "maxQueuePollingInterval"
    value = storage.get(key.lower(), "00:00:30")
    if _duration(f"{STORAGE}.{key}", value) <= timedelta():
        raise _refused(f"{STORAGE}.{key}", value, "more than nothing", "00:00:01")


def _warn_of_batches(numbers: Mapping[str, int]) -> None:
    batch = numbers[f"{STORAGE}.controlQueueBatchSize"]
    threshold = numbers[f"{STORAGE}.controlQueueBufferThreshold"]
    if batch > min(threshold, QUEUE_MESSAGES):
        log.warning(
            "host.json: controlQueueBatchSize is %d: no more than controlQueueBufferThreshold (%d) "
            "is of use, and Azure Storage hands out no more than %d at once.",
            *(batch, threshold, QUEUE_MESSAGES),
        )


def _visibility(storage: Section) -> timedelta:
    """That of work items; both are checked."""
    found = timedelta()
    for key in VISIBILITIES:
        value = storage.get(key.lower(), "00:05:00")
        found = _duration(f"{STORAGE}.{key}", value)
        if not LEAST_VISIBILITY <= found <= MOST_VISIBILITY:
            bound = "between 1 and 60 minutes"
            raise _refused(f"{STORAGE}.{key}", value, bound, "00:01:00 to 01:00:00")
    return found


def _duration(key: str, value: object) -> timedelta:
    found = parse_duration(str(value))
    if found is None:
        raise _refused(key, value, "a time, written as hh:mm:ss", "00:01:00, say")
    return found


def _whole(key: str, section: Section) -> int:
    default, least, most = WHOLE_NUMBERS[key]
    value = section.get(key.rpartition(".")[2].lower(), default)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        bound = f"from {least} up" if most is None else f"between {least} and {most}"
        raise _refused(key, value, f"a number {bound}", f"a number {bound}")
    return int(value)


def _hub_name(name: str, is_azure_storage: bool) -> str:  # noqa: FBT001  # a kind of store
    """The name, with app settings in it resolved: `%TASK_HUB%`."""
    resolved = resolve(name, where=f"host.json: {SECTION}.hubName")
    if not resolved or (is_azure_storage and HUB_NAME.fullmatch(resolved) is None):
        bound = "letters and digits only, a letter first, 3 to 50 of them (45 leave it room)"
        raise _refused("hubName", resolved, bound, "such a name, another one for each slot")
    return resolved


def _replaces_running(found: Section) -> bool:
    key = "overridableExistingInstanceStates"
    value = found.get(key.lower(), "NonRunningStates")
    if str(value).lower() not in OVERRIDABLE:
        raise _refused(key, value, "NonRunningStates or AnyState", "one of them")
    return OVERRIDABLE[str(value).lower()]


def _refused(key: str, value: object, bound: str, fix: str) -> AppRefused:
    return AppRefused(
        f"host.json: {SECTION}.{key} is {value!r}. The Durable extension takes {bound}, and its "
        "job host does not start otherwise.",
        fix=f"Use {fix}.",
    )
