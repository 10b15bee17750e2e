"""Reads host.json: what this host honours, the real host's defaults, and what it does not know."""

import copy
import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from devhost.durable_settings import (
    DEFAULT_HUB,
    DEFAULT_VISIBILITY,
    SECTION,
    STORAGE,
    VISIBILITIES,
    WHOLE_NUMBERS,
    parse_durable,
)
from devhost.host_errors import AppRefused

type HostJson = Mapping[str, Any]

DEFAULT_TIMEOUT = timedelta(minutes=30)  # the real host's, outside the Consumption plan

HONOURED = frozenset(
    {
        "version",
        "functionTimeout",
        "logging.logLevel",
        "extensions.http.routePrefix",
        f"{SECTION}.hubName",
        f"{SECTION}.overridableExistingInstanceStates",
        *(f"{SECTION}.{key}" for key in WHOLE_NUMBERS),
        *(f"{SECTION}.{STORAGE}.{key}" for key in VISIBILITIES),
    }
)
# Settings of Azure itself: they change nothing on one machine, so naming them would be noise.
OF_NO_EFFECT_HERE = frozenset(
    {
        "$schema",
        "extensionBundle",
        "logging.applicationInsights",
        "logging.console",
        "logging.fileLoggingMode",
        *(
            f"{SECTION}.{key}"
            for key in (
                "tracing",
                "useGracefulShutdown",
                "extendedSessionsEnabled",
                "logReplayEvents",
                "localRpcEndpointEnabled",
                "rollbackEntityOperationsOnExceptions",
                "useAppLease",
                "appLeaseOptions",
            )
        ),
        *(
            f"{SECTION}.{STORAGE}.{key}"
            for key in (
                "type",
                "connectionName",
                "connectionStringName",
                "trackingStoreConnectionName",
                "trackingStoreNamePrefix",
                "maxQueuePollingInterval",
                "fetchLargeMessagesAutomatically",
                "useTablePartitionManagement",
                "useLegacyPartitionManagement",
                "partitionTableOperationTimeout",
                "queueClientMessageEncoding",
                "useInstanceTableEtag",
            )
        ),
    }
)

KNOWN = frozenset(name.lower() for name in HONOURED | OF_NO_EFFECT_HERE)

OVERRIDES = "azurefunctionsjobhost"

LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 10,
}


@dataclass(frozen=True)
class HostSettings:
    """What host.json says, or the real host's default where it says nothing."""

    route_prefix: str = "api"
    hub_name: str = DEFAULT_HUB
    max_activities: int = 0
    max_orchestrations: int = 0
    max_entities: int = 0
    function_timeout: timedelta | None = DEFAULT_TIMEOUT
    log_levels: Mapping[str, int] = field(default_factory=dict)
    not_understood: tuple[str, ...] = ()
    work_item_visibility: timedelta = DEFAULT_VISIBILITY
    replaces_running: bool = False


def read_host_json(app_folder: Path) -> HostSettings:
    """The settings of an app folder; AppRefused when its host.json is missing or wrong."""
    path = app_folder / "host.json"
    if not path.is_file():
        raise AppRefused(
            f"'{app_folder}' has no host.json.",
            fix='Create one; {"version": "2.0"} is enough to start with.',
        )
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise AppRefused(f"'{path}' is not JSON: {error}.", fix="Correct the file.") from error
    return parse_host_json(with_overrides(document, os.environ))


def with_overrides(document: HostJson, environment: Mapping[str, str]) -> HostJson:
    """AzureFunctionsJobHost__extensions__http__routePrefix and its like win over the file."""
    merged = copy.deepcopy(dict(document))
    for name, value in environment.items():
        prefix, *path = name.split("__")
        if prefix.lower() == OVERRIDES and path:
            _put(merged, path, int(value) if value.isdecimal() else value)
    return merged


def _put(document: dict[str, Any], path: Sequence[str], value: object) -> None:
    *sections, last = path
    for section in sections:
        document = document.setdefault(_spelling(document, section), {})
    document[_spelling(document, last)] = value


def _spelling(document: HostJson, key: str) -> str:
    """Names go without regard to case there; the file's own spelling stays."""
    return next((known for known in document if known.lower() == key.lower()), key)


def parse_host_json(document: HostJson) -> HostSettings:
    durable = parse_durable(_section(document, *SECTION.split(".")))
    http = _section(document, "extensions", "http")
    return HostSettings(
        route_prefix=str(http.get("routePrefix", "api")).strip("/"),
        hub_name=durable.hub_name,
        max_activities=durable.max_activities,
        max_orchestrations=durable.max_orchestrations,
        max_entities=durable.max_entities,
        function_timeout=_timeout(document.get("functionTimeout")),
        log_levels=_log_levels(_section(document, "logging", "logLevel")),
        not_understood=tuple(_not_understood(document)),
        work_item_visibility=durable.work_item_visibility,
        replaces_running=durable.replaces_running,
    )


def _section(document: HostJson, *path: str) -> HostJson:
    """Names go without regard to case there."""
    for key in path:
        document = document.get(_spelling(document, key)) or {}
    return document


def _timeout(text: object) -> timedelta | None:
    """`[d.]hh:mm:ss`; -1 in any form means no limit."""
    if text is None:
        return DEFAULT_TIMEOUT
    if str(text).startswith("-"):
        return None
    match = re.fullmatch(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})", str(text))
    if match is None:
        raise AppRefused(
            f"host.json: functionTimeout is {text!r}.", fix="Write it as hh:mm:ss, or -1 for none."
        )
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _log_levels(levels: HostJson) -> Mapping[str, int]:
    unknown = [f"{category}: {level}" for category, level in levels.items() if not _level(level)]
    if unknown:
        raise AppRefused(
            f"host.json: logging.logLevel has {', '.join(unknown)}.",
            fix=f"Use one of: {', '.join(LEVELS)}.",
        )
    return {category: LEVELS[str(level).lower()] for category, level in levels.items()}


def _level(level: object) -> int | None:
    return LEVELS.get(str(level).lower())


def _not_understood(document: HostJson, at: str = "") -> list[str]:
    """Dotted names of the settings that this host neither honours nor knows to be harmless."""
    names: list[str] = []
    for key, value in document.items():
        name = f"{at}{key}"
        if name.lower() in KNOWN:
            continue
        if isinstance(value, Mapping) and _holds_known_settings(name):
            names += _not_understood(value, f"{name}.")
        else:
            names.append(name)
    return names


def _holds_known_settings(name: str) -> bool:
    return any(known.startswith(f"{name}.".lower()) for known in KNOWN)
