"""Hazards in an orchestrator's turn: timers that are not on time, failures that stall."""

import base64
import logging
from datetime import timedelta
from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb

log = logging.getLogger(__name__)

LONGEST_TEXT = 32 * 1024  # a failure text from here on stalls its orchestration on the real host


def shift_timers(name: str, response: str, shift_s: float) -> str:
    """Move every timer that the turn creates."""
    turn = _parse(response)
    timers = [action for action in turn.actions if action.HasField("createTimer")]
    for action in timers:
        due = action.createTimer.fireAt.ToDatetime() + timedelta(seconds=shift_s)
        action.createTimer.fireAt.FromDatetime(due)
        log.warning("hazard: a timer of '%s' comes %+.1f s off.", name, shift_s)
    return _text(turn) if timers else response


def stalls(name: str, response: str) -> str:
    """Drop a completion whose failure text the real host cannot store."""
    turn = _parse(response)
    storable = [action for action in turn.actions if not _is_too_long(action)]
    if len(storable) == len(turn.actions):
        return response
    log.warning("hazard: '%s' fails with a text too long to store, and never ends.", name)
    del turn.actions[:]
    turn.actions.extend(storable)
    return _text(turn)


def _is_too_long(action: Any) -> bool:
    details = action.completeOrchestration.failureDetails
    return len(details.errorMessage) + len(details.stackTrace.value) >= LONGEST_TEXT


def _parse(response: str) -> Any:
    return pb.OrchestratorResponse.FromString(base64.b64decode(response))


def _text(turn: Any) -> str:
    return base64.b64encode(turn.SerializeToString()).decode()
