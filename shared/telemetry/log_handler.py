"""Hands the app's own log lines on, each with the job, deployment and mini-batches it is about."""

import logging
import traceback

from shared.domain.redaction import redacted_text
from shared.telemetry import names
from shared.telemetry.port import NO_ATTRIBUTES, LogLine, Severity, Telemetry, Value
from shared.telemetry.steps import current_step

# Whose lines: libraries' may hold headers and addresses of others.
LOGGERS = ("shared", "activities", "orchestrators", "triggers")
LONGEST_LINE = 8_000


class LineHandler(logging.Handler):
    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(logging.INFO)
        self._telemetry = telemetry

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._telemetry.log(_line(record))
        except Exception:  # noqa: BLE001  # a line that cannot be written, its arguments do not fit, say
            self.handleError(record)


def attach(telemetry: Telemetry) -> None:
    handler = LineHandler(telemetry)
    for name in LOGGERS:
        logging.getLogger(name).addHandler(handler)


def _line(record: logging.LogRecord) -> LogLine:
    step = current_step()
    attributes: dict[str, Value] = dict(step.attributes if step else NO_ATTRIBUTES)
    attributes[names.LOGGER] = record.name
    if record.exc_info and record.exc_info[1] is not None:
        attributes |= _exception(record.exc_info[1])
    return LogLine(
        _bounded(record.getMessage()),
        _severity(record.levelno),
        attributes,
        step.context if step else None,
        round(record.created * 1_000_000) * 1_000,
    )


def _exception(error: BaseException) -> dict[str, Value]:
    return {
        names.EXCEPTION_TYPE: type(error).__name__,
        names.EXCEPTION_MESSAGE: _bounded(str(error)),
        names.EXCEPTION_STACKTRACE: _bounded("".join(traceback.format_exception(error))),
    }


def _bounded(text: str) -> str:
    return redacted_text(text)[:LONGEST_LINE]


def _severity(level: int) -> Severity:
    if level >= logging.ERROR:
        return Severity.ERROR
    return Severity.WARN if level >= logging.WARNING else Severity.INFO
