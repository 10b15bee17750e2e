"""Deleting what takes a while: followed until it is gone."""

import time
from http import HTTPStatus

from cli.connection.service import Service
from cli.connection.transport import Answer
from cli.console import Console

LONGEST_PAUSE_S = 5.0


def delete(service: Service, path: str, *, no_wait: bool) -> None:
    """Raises CommandError when the service refuses."""
    answer = service.delete(path)
    try:
        if not no_wait:
            _wait(service, answer)
    except KeyboardInterrupt:
        Console().line(f"The service goes on deleting '{path.rpartition('/')[2]}'.")
        raise


def _wait(service: Service, answer: Answer) -> None:
    location = answer.headers.get("location", "")
    while answer.status == HTTPStatus.ACCEPTED and location:
        time.sleep(min(answer.retry_after_s, LONGEST_PAUSE_S))
        answer = service.send("GET", location)
        location = answer.headers.get("location", location)
