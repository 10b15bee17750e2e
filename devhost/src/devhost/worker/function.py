"""What a function app consists of, once it is loaded: functions with their triggers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FunctionKind(StrEnum):
    """The triggers that this host serves, by the names that bindings give them."""

    HTTP = "httpTrigger"
    ORCHESTRATION = "orchestrationTrigger"
    ACTIVITY = "activityTrigger"
    ENTITY = "entityTrigger"
    TIMER = "timerTrigger"
    BLOB = "blobTrigger"


@dataclass(frozen=True)
class Function:
    """One function of the app, ready to be called."""

    name: str
    kind: FunctionKind
    trigger: Mapping[str, Any]
    call: Callable[..., Any]
    is_async: bool
    wants_context: bool
    client_parameters: tuple[str, ...] = ()
    parameter_type: object = None
    bindings: tuple[Mapping[str, Any], ...] = ()
    client_hubs: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def parameter(self) -> str:
        """The name of the parameter that takes what triggered the function."""
        return str(self.trigger["name"])

    @property
    def auth_level(self) -> str:
        """Which key an HTTP function asks for, where keys are checked: `function` if unsaid."""
        level = self.trigger.get("authLevel") or "function"
        return str(getattr(level, "value", level)).lower()

    @property
    def durable_name(self) -> str:
        """What orchestrators and clients call the function by."""
        name = self.trigger.get(DURABLE_NAME_SETTINGS.get(self.kind, ""))
        return str(name or self.name)


DURABLE_NAME_SETTINGS = {
    FunctionKind.ORCHESTRATION: "orchestration",
    FunctionKind.ACTIVITY: "activity",
    FunctionKind.ENTITY: "entityName",
}
