"""The flags that every command takes: which service, which workspace."""

from typing import Any

from knack.log import get_logger

FORMATS = ("json", "jsonc", "yaml", "yamlc", "table", "tsv", "none")
DEFAULT_FORMAT = "json"

log = get_logger(__name__)

FLAGS = (
    ("url", ("--url",), "Address of the service. Default: BEP_URL, the last sign-in, or this one."),
    ("subscription", ("--subscription",), "Subscription id. Default: the service's own."),
    ("resource_group", ("--resource-group", "-g"), "Resource group. Default: the service's own."),
    ("workspace_name", ("--workspace-name", "-w"), "Workspace. Default: the service's own."),
)


def register(_app: object, *, arg_group: Any, **_: object) -> None:
    for name, flags, text in FLAGS:
        arg_group.add_argument(*flags, dest=f"_{name}", help=text)


def apply(app: Any, *, args: Any, **_: object) -> None:
    """Hand what was given to the command's context."""
    _mend_format(app.invocation.data)
    chosen = {name: getattr(args, f"_{name}", None) for name, _, _ in FLAGS}
    app.context.choose({name: value for name, value in chosen.items() if value})


def _mend_format(data: dict[str, Any]) -> None:
    """A flag's value is checked by the parser, a setting's by nobody."""
    if (output := data["output"]) not in FORMATS:
        data["output"] = DEFAULT_FORMAT
        log.warning(
            "The setting core.output is '%s', which is no format: json is used. Write one of %s: "
            "bep config set core.output=FORMAT.",
            output,
            ", ".join(FORMATS),
        )
