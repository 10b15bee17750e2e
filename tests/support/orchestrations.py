"""A task hub without a host: what is started runs at once, or when the test says so."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from activities.erase_endpoint import erase
from orchestrators import provision_deployment, retire_endpoint
from shared import ports
from shared.domain.errors import Conflict
from shared.domain.message import JSON
from shared.domain.provisioning import EndpointDeletion, ProvisioningEnd
from shared.ports import Instance
from shared.services import Services
from tests.support.rehearsal import Rehearsal, play, undecorated

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORCHESTRATORS = {
    "provision_deployment": undecorated(provision_deployment.provision_deployment),
    "retire_endpoint": undecorated(retire_endpoint.retire_endpoint),
}


@dataclass
class Orchestrations:
    """Instances by id. `is_idle`: nothing runs until `run_all`; `reason`: why making fails."""

    services: Services
    is_idle: bool = False
    reason: str = ""
    waiting: dict[str, tuple[str, JSON]] = field(default_factory=dict[str, tuple[str, JSON]])
    instances: dict[str, Instance] = field(default_factory=dict[str, Instance])

    @property
    def client(self) -> ports.Orchestrations:
        return self

    def start(self, orchestrator: str, instance: str, given: JSON) -> None:
        if instance in self.waiting:
            raise Conflict("It is under way.", fix="Follow it.")
        self.waiting[instance] = (orchestrator, given)
        self.instances[instance] = self._instance(orchestrator, "")
        if not self.is_idle:
            self.run_all()

    def find(self, instance: str) -> Instance | None:
        return self.instances.get(instance)

    def resume(self, instance: str, reason: str) -> None:
        assert reason
        self.instances[instance] = replace(self.instances[instance], runtime_status="Running")

    def suspend(self, instance: str, reason: str) -> None:
        """As the Durable API does."""
        self.instances[instance] = replace(
            self.instances[instance], runtime_status="Suspended", output=reason
        )

    def management_urls(self, instance: str) -> dict[str, str]:
        return {"id": instance}

    def run_all(self) -> None:
        """Carry out what was started; one that is interrupted stays, as in a task hub."""
        for instance, (orchestrator, given) in list(self.waiting.items()):
            output = play(ORCHESTRATORS[orchestrator], self._rehearsal(), given, instance)
            del self.waiting[instance]
            self.instances[instance] = self._instance(orchestrator, "Completed", output)

    def end(self, instance: str, how: str) -> None:
        """End an instance from outside: Terminated, Failed."""
        orchestrator, _ = self.waiting.pop(instance)
        self.instances[instance] = self._instance(orchestrator, how)

    def _instance(self, orchestrator: str, ended: str, output: JSON = None) -> Instance:
        return Instance(
            ended=ended,
            runtime_status=ended or "Running",
            custom_status=None,
            output=output,
            failure="",
            orchestrator=orchestrator,
            created_at=NOON,
            changed_at=NOON,
        )

    def _rehearsal(self) -> Rehearsal:
        registry = self.services.registry
        activities: dict[str, Any] = {
            "build_environment": lambda payload: {"reason": self.reason},
            "smoke_test": lambda payload: {"reason": ""},
            "end_provisioning": lambda payload: registry.end_provisioning(
                ProvisioningEnd.from_wire(payload)
            ),
            "erase_endpoint": lambda payload: erase(
                EndpointDeletion.from_wire(payload), self.services
            ),
        }
        return Rehearsal(activities=activities)
