"""What the real host finds wrong with a single function when it loads it."""

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import azure.functions as func
from azure.functions import meta

NAME = re.compile(r"(?!host$)[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
RESERVED_ROUTES = ("admin", "runtime")
# What the SDK calls an orchestrator's or entity's parameter that was named `context`.
RENAMED_CONTEXT = "_durable_input"


class Complaint(NamedTuple):
    """What is wrong with a function, and the way out."""

    function: str
    problem: str
    fix: str


def complaints_about(loaded: Any) -> list[Complaint]:
    """Everything wrong with one of the SDK's function objects."""
    return [*faults_of_its_own(loaded), *faults_of_the_app(loaded)]


def faults_of_the_app(loaded: Any) -> list[Complaint]:
    """What in one of the SDK's function objects would unload the whole app."""
    return _found(_parameters, _annotations, loaded=loaded)


def faults_of_its_own(loaded: Any) -> list[Complaint]:
    """What makes the real host leave this function out, and serve the others."""
    return _found(_name, _route, loaded=loaded)


def _found(*checks: Callable[[str, Any], "Findings"], loaded: Any) -> list[Complaint]:
    name = loaded.get_function_name()
    return [
        Complaint(name, problem, fix) for check in checks for problem, fix in check(name, loaded)
    ]


type Findings = Iterator[tuple[str, str]]


def _name(name: str, _loaded: Any) -> Findings:
    if NAME.fullmatch(name) is None:
        yield (
            f"'{name}' is not a function name.",
            "Use a letter first, then up to 127 letters, digits, '_' or '-'.",
        )


def _route(_name: str, loaded: Any) -> Findings:
    trigger = loaded.get_trigger()
    route = str(getattr(trigger, "route", None) or "").strip("/")
    if trigger.type == "httpTrigger" and route.lower().startswith(RESERVED_ROUTES):
        yield (
            f"its route '{route}' conflicts with one of the host's own routes.",
            "No route may begin with 'admin' or 'runtime', not even as part of a longer word.",
        )


def binds_context(loaded: Any) -> bool:
    """Whether the app itself calls an orchestrator's or entity's parameter `context`."""
    is_renamed = loaded.get_trigger().name.strip("_") == RENAMED_CONTEXT.strip("_")
    return is_renamed and not _is_the_sdks_own(loaded.get_user_function())


def _parameters(_name: str, loaded: Any) -> Findings:
    declared = set(inspect.signature(loaded.get_user_function()).parameters)
    bound = {one.name for one in loaded.get_bindings() if one.name != "$return"}
    for extra in sorted(declared - bound - {"context"}):
        yield (
            f"parameter '{extra}' is declared in Python but no decorator binds it.",
            f"Remove it, or bind it with a decorator that names '{extra}'.",
        )
    for missing in sorted(bound - declared):
        yield (
            f"a decorator binds '{missing}', but the function has no such parameter.",
            f"Add the parameter '{missing}', or change the name in the decorator.",
        )


def _annotations(_name: str, loaded: Any) -> Findings:
    call = loaded.get_user_function()
    try:
        hints = typing.get_type_hints(call)
    except Exception as error:  # noqa: BLE001  # evaluating an annotation runs user code
        yield (
            f"its annotations cannot be evaluated: {error}.",
            "Import what they name, outside of 'if TYPE_CHECKING'.",
        )
        return
    bindings = {one.name: one for one in loaded.get_bindings()}
    for parameter, hint in hints.items():
        if parameter in bindings:
            yield from _annotation(parameter, hint, bindings[parameter].type)
    if "context" in hints and "context" not in bindings and hints["context"] is not func.Context:
        yield ("'context' is not annotated as func.Context.", "Annotate it so, or rename it.")


def _annotation(parameter: str, hint: object, binding: str) -> Findings:
    written = inspect.formatannotation(hint)
    if not isinstance(hint, type) and not _is_old_generic(hint):
        yield (
            f"parameter '{parameter}' is annotated '{written}': one generic unloads the whole app.",
            "Annotate it with a plain class: dict, list, str, int, float, bool or object.",
        )
    elif isinstance(hint, type) and not _fits(hint, binding):
        yield (
            f"parameter '{parameter}' is annotated '{written}', which {binding} does not deliver.",
            "Use the type that azure.functions names for this trigger.",
        )


def _is_old_generic(hint: object) -> bool:
    """typing.List[int] and its kind pass the real worker's check; list[int] and unions do not."""
    origin = typing.get_origin(hint)
    refused = (None, typing.Union, types.UnionType, tuple, typing.ClassVar, Callable)
    old = type(hint).__module__ == "typing" and not isinstance(hint, types.GenericAlias)
    return old and origin not in refused and not isinstance(hint, typing.TypeVar)


def _fits(hint: type, binding: str) -> bool:
    converter: Any = meta.get_binding_registry().get(binding)  # type: ignore[no-untyped-call]  # untyped in azure.functions
    if converter is None:
        return True
    if hint in (str, bytes) and not converter.has_implicit_output():
        return True
    return bool(converter.check_input_type_annotation(hint))


def _is_the_sdks_own(call: Callable[..., Any]) -> bool:
    """The SDK's built-in functions have such a parameter too, and no app can change that."""
    wrapped = getattr(call, "__wrapped__", call)
    own = getattr(wrapped, "orchestrator_function", None) or getattr(
        wrapped, "entity_function", call
    )
    return str(getattr(own, "__module__", "")).startswith(
        ("azure.durable_functions", "durabletask")
    )
