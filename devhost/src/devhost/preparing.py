"""Everything that can be checked before a host starts: settings, functions, routes, the port."""

import logging
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devhost.host_errors import CannotServe
from devhost.host_json import HostSettings, read_host_json
from devhost.http.http_routes import HttpRoutes, describe_overlap
from devhost.listening import base_url, bind
from devhost.local_settings import load_local_settings
from devhost.options import Options
from devhost.private_files import private_folder
from devhost.tls.serving import tls_context
from devhost.triggers.blob_triggers import BlobTrigger, find_blob_triggers
from devhost.triggers.timer_triggers import Timer, find_timers
from devhost.worker.function import Function
from devhost.worker.indexing import index

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """An app that can be served: nothing of it has run yet but its import."""

    options: Options
    settings: HostSettings
    functions: Sequence[Function]
    routes: HttpRoutes
    timers: Sequence[Timer]
    blob_triggers: Sequence[BlobTrigger]
    listener: socket.socket
    tls: ssl.SSLContext | None

    @cached_property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return base_url(self.options.host, self.port, is_tls=self.tls is not None)


def read_settings(options: Options) -> HostSettings:
    """The environment of local.settings.json and the settings of host.json."""
    load_local_settings(options.app_folder)
    return read_host_json(options.app_folder)


def prepare(options: Options, settings: HostSettings) -> Prepared:
    """Index the app and take the port; a HostError says why it cannot be served."""
    if options.joins:
        _check_there(options.state)
    _make(options.state)
    if settings.not_understood:
        log.warning("host.json: not understood: %s.", ", ".join(settings.not_understood))
    os.chdir(options.app_folder)
    functions = index(options.app_folder)
    _warn_of_other_hubs(functions, settings.hub_name)
    routes = HttpRoutes(functions, prefix=settings.route_prefix)
    for first, second in routes.overlaps():
        log.warning("%s", describe_overlap(first, second))
    return Prepared(
        options,
        settings,
        functions,
        routes,
        timers=find_timers(functions),
        blob_triggers=find_blob_triggers(functions),
        tls=tls_context(options),
        listener=bind(options.host, options.port),
    )


def _warn_of_other_hubs(functions: Sequence[Function], own: str) -> None:
    for function in functions:
        for hub in function.client_hubs.values():
            if hub.casefold() != own.casefold():
                log.warning(
                    "Function '%s' asks for the task hub '%s'; this host has one hub, '%s': "
                    "what its client does will be refused.",
                    *(function.name, hub, own),
                )


def _check_there(state: Path) -> None:
    if not state.is_dir():
        raise CannotServe(
            f"There is no state folder '{state}' whose host could be joined.",
            fix="Start that host first, and give --join the folder of its --state.",
        )


def _make(state: Path) -> None:
    try:
        private_folder(state)
    except OSError as error:
        raise CannotServe(
            f"The state folder '{state}' cannot be made: {error.strerror}.",
            fix="Choose another one with --state.",
        ) from error
