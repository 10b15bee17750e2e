"""From the SDK's function objects to our Functions, refusing what the real worker would refuse."""

import inspect
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_type_hints

from devhost.app_settings import is_disabled, resolve
from devhost.host_errors import AppRefused
from devhost.worker.app_loading import load_app
from devhost.worker.checks import (
    Complaint,
    binds_context,
    faults_of_its_own,
    faults_of_the_app,
)
from devhost.worker.function import Function, FunctionKind

log = logging.getLogger(__name__)

SERVED = frozenset(FunctionKind) | {"durableClient", "http"}


def index(app_folder: Path) -> tuple[Function, ...]:
    """Every function that this host can run, in the order in which they were declared."""
    loaded = [one for one in load_app(app_folder) if not is_disabled(one.get_function_name())]
    refuse(complaint for complaints in map(faults_of_the_app, loaded) for complaint in complaints)
    loaded = [one for one in loaded if not _is_left_out(one)]
    refuse(_names_that_differ_in_case_only(loaded))
    _note_contexts(loaded)
    served = [one for one in loaded if _is_served(one)]
    functions = tuple(_function(one) for one in served)
    refuse(_repeated_durable_names(functions))
    return functions


def refuse(complaints: Iterable[Complaint]) -> None:
    """All complaints at once, so that a developer corrects them in one go."""
    found = list(complaints)
    if not found:
        return
    lines = [f"  {one.function}: {one.problem}\n    {one.fix}" for one in found]
    at_fault = len({one.function for one in found})
    count = "1 function" if at_fault == 1 else f"{at_fault} functions"
    raise AppRefused(
        f"Azure would refuse {count} of this app.", fix="Correct:\n" + "\n".join(lines)
    )


def _is_left_out(loaded: Any) -> bool:
    """The real host drops such a function by itself: only its log says so."""
    faults = faults_of_its_own(loaded)
    for fault in faults:
        log.error("Function '%s' is left out: %s %s", fault.function, fault.problem, fault.fix)
    return bool(faults)


def _note_contexts(loaded: Sequence[Any]) -> None:
    names = [one.get_function_name() for one in loaded if binds_context(one)]
    if names:
        log.info(
            "Functions with a parameter 'context' are served: %s. "
            "Hosts up to 4.1037 (October 2024) leave them out; later ones take them.",
            ", ".join(names),
        )


def _is_served(loaded: Any) -> bool:
    foreign = sorted({binding.type for binding in loaded.get_bindings()} - SERVED)
    if foreign:
        log.warning(
            "Function '%s' is not served: this host knows no %s binding.",
            loaded.get_function_name(),
            ", ".join(foreign),
        )
    return not foreign


def _function(loaded: Any) -> Function:
    call = loaded.get_user_function()
    trigger = loaded.get_trigger()
    if loaded.get_setting("retry_policy") is not None:
        log.warning("Function '%s': its retry policy is ignored here.", loaded.get_function_name())
    bindings = loaded.get_bindings()
    bound = {binding.name for binding in bindings}
    return Function(
        name=loaded.get_function_name(),
        kind=FunctionKind(trigger.type),
        trigger=dict(trigger.get_dict_repr()),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        wants_context="context" in inspect.signature(call).parameters and "context" not in bound,
        client_parameters=tuple(one.name for one in bindings if one.type == "durableClient"),
        parameter_type=get_type_hints(call).get(trigger.name),
        bindings=tuple(dict(binding.get_dict_repr()) for binding in bindings),
        client_hubs=dict(_named_hubs(loaded)),
    )


def _named_hubs(loaded: Any) -> Iterator[tuple[str, str]]:
    """The task hubs that durable clients ask for by name, by the parameters of the clients."""
    for binding in loaded.get_bindings():
        hub = str(getattr(binding, "task_hub", None) or "")
        if hub:
            where = f"The durable client of '{loaded.get_function_name()}'"
            yield binding.name, resolve(hub, where=where)


def _names_that_differ_in_case_only(loaded: Sequence[Any]) -> Iterator[Complaint]:
    for names in _alike(one.get_function_name() for one in loaded):
        yield Complaint(
            names[-1],
            f"its name differs from '{names[0]}' in case only.",
            "The real host would answer 503 to every request: give it another name.",
        )


def _repeated_durable_names(functions: Sequence[Function]) -> Iterator[Complaint]:
    for kind in (FunctionKind.ORCHESTRATION, FunctionKind.ACTIVITY, FunctionKind.ENTITY):
        named = {one.name: one.durable_name for one in functions if one.kind is kind}
        for names in _alike(named.values()):
            yield Complaint(
                names[-1],
                f"two functions with {kind} go by the durable name '{names[0]}'.",
                "Calls by that name could reach either: give each its own.",
            )


def _alike(names: Iterable[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[name.casefold()].append(name)
    return [group for group in groups.values() if len(group) > 1]
