"""The Durable client: start a job's orchestration, ask how it is, and where it can be followed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.functions as func
import grpc
from durabletask.client import OrchestrationQuery, OrchestrationStatus

from shared.domain.errors import Conflict, InvalidRequest, ServiceUnavailable
from shared.domain.message import JSON
from shared.histories import Purged
from shared.ports import Instance

ENDED = {
    OrchestrationStatus.COMPLETED: "Completed",
    OrchestrationStatus.FAILED: "Failed",
    OrchestrationStatus.TERMINATED: "Terminated",
}
# The real host wants one of whoever purges by a filter.
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
UNAVAILABLE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class DurableClient:
    """The client that the host binds to one invocation, as `Orchestrations`.

    Without a request - a timer and an activity have none - nobody is handed URLs.
    """

    def __init__(self, client: Any, request: func.HttpRequest | None = None) -> None:
        self._client = client
        self._request = request

    def start(self, orchestrator: str, instance: str, payload: JSON) -> None:
        """Start an orchestration; raises Conflict when one of that id is under way."""
        try:
            self._client.schedule_new_orchestration(
                orchestrator, input=payload, instance_id=instance
            )
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                raise Conflict(
                    f"An orchestration '{instance}' is under way.", fix="Follow that one."
                ) from None
            raise _translated(error) from None

    def find(self, instance: str) -> Instance | None:
        """How the orchestration is, with its custom status and output; None if there is none."""
        try:
            state = self._client.get_orchestration_state(instance, fetch_payloads=True)
        except grpc.RpcError as error:
            raise _translated(error) from None
        if state is None:
            return None
        return Instance(
            ended=ENDED.get(state.runtime_status, ""),
            runtime_status=state.runtime_status.name.title().replace("_", ""),
            custom_status=_json(state.serialized_custom_status),
            output=_json(state.serialized_output),
            failure=state.failure_details.message if state.failure_details else "",
            orchestrator=state.name,
            created_at=_aware(state.created_at),
            changed_at=_aware(state.last_updated_at),
        )

    def purge_ended(self, since: datetime | None, until: datetime, limit_s: float) -> Purged:
        """Delete what was created in that time and has ended; `limit_s` is a wish."""
        try:
            purged = self._client.purge_orchestrations_by(
                created_time_from=since or THE_BEGINNING,
                created_time_to=until,
                runtime_status=list(ENDED),
                timeout=timedelta(seconds=limit_s),
            )
        except grpc.RpcError as error:
            raise _translated(error) from None
        return Purged(purged.deleted_instance_count, purged.is_complete is not False)

    def count_ended(self, since: datetime | None, until: datetime) -> int:
        """How many `purge_ended` would delete."""
        query = OrchestrationQuery(
            created_time_from=since, created_time_to=until, runtime_status=list(ENDED)
        )
        try:
            return len(self._client.get_all_orchestration_states(query))
        except grpc.RpcError as error:
            raise _translated(error) from None

    def resume(self, instance: str, reason: str) -> None:
        """Let a suspended orchestration go on; one that is not suspended is left alone."""
        try:
            self._client.resume_orchestration(instance, reason=reason)
        except grpc.RpcError as error:
            if error.code() in UNAVAILABLE:
                raise _translated(error) from None
            # else the hub's own words: it is not suspended, or not there, any more

    def management_urls(self, instance: str) -> dict[str, str]:
        """The Durable HTTP API's URLs for an instance: statusQueryGetUri and its siblings.

        Their key opens the whole task hub.
        """
        if self._request is None:
            raise TypeError("Only a request is answered with URLs.")
        payload = self._client.create_http_management_payload(self._request, instance)
        urls: dict[str, str] = json.loads(str(payload))
        urls["statusQueryGetUri"] += "&showInput=false"
        return {name: url for name, url in urls.items() if name != "id"}


def _aware(moment: datetime) -> datetime:
    """The SDK gives UTC, without saying so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(text: str | None) -> JSON:
    """A payload; the reason of a suspended or terminated instance is bare text."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _translated(error: grpc.RpcError) -> Exception:
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return InvalidRequest(
            "The request is too large to be handed to an orchestration.",
            fix="Shorten its texts; the limit is 4 MiB in all.",
        )
    if error.code() in UNAVAILABLE:
        return ServiceUnavailable(
            "The Durable task hub does not answer.", fix="Send the request again in a moment."
        )
    return error
