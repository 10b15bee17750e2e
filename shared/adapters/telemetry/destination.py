"""Where telemetry goes, and whether it arrives: said once when it does not, and when it does."""

import logging
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

# The SDK tells of each batch, and of each span that finds the queue full.
_CHATTY = ("opentelemetry", "azure.monitor")
SUCCESS = "SUCCESS"


class Destination:
    """Thread-safe. Its name holds no secret: no query, and nobody's password."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._is_reached = True
        self._lock = threading.Lock()

    def watch[E](self, exporter: E, failure: Any) -> E:
        """The exporter, which from now on never raises, and whose results are noted."""
        watched: Any = exporter
        watched.export = self._watching(watched.export, failure)
        return exporter

    def _watching(self, send: Callable[..., Any], failure: Any) -> Callable[..., Any]:
        def export(*batch: Any, **options: Any) -> Any:
            try:
                result = send(*batch, **options)
            except Exception as error:  # noqa: BLE001  # whatever it does, jobs go on
                result, why = failure, type(error).__name__
            else:
                why = "it does not answer, or refuses"
            self._note(why, is_reached=result.name == SUCCESS)
            return result

        return export

    def _note(self, why: str, *, is_reached: bool) -> None:
        with self._lock:
            if is_reached == self._is_reached:
                return
            self._is_reached = is_reached
        if is_reached:
            log.info("Telemetry reaches %s again.", self.name)
            return
        log.warning(
            "Telemetry does not reach %s (%s). Jobs go on without; what does not fit the queue "
            "is lost. This is said once.",
            self.name,
            why,
        )


def silence_libraries() -> None:
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def shown(address: str) -> str:
    """An address as it may be told: scheme, host and port."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"
