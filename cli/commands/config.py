"""`configure` and `config`: defaults of flags, and other settings, in az's own files and words."""

from knack.log import get_logger

from cli.answers import JSON
from cli.context import DEFAULTS, Context
from cli.errors import CommandError, UsageError

SECTION = "defaults"

log = get_logger(__name__)


def configure(
    context: Context,
    defaults: list[str] | None = None,
    list_defaults: str = "",
    scope: str = "global",
) -> JSON:
    """Set defaults, or list them; an empty value removes one."""
    context.config.set_to_use_local_config(scope == "local")
    if list_defaults == "true":
        return _items(context, SECTION)
    if not defaults:
        raise UsageError(
            "There is nothing to configure.",
            fix="Write --defaults group=NAME workspace=NAME, or --list-defaults.",
        )
    for name, value in [_pair(one, "--defaults") for one in defaults]:
        if name not in {*DEFAULTS.values(), "url"}:
            log.warning("'%s' is kept, but is no flag's default here.", name)
        _write(context, SECTION, name, value)
    return None


def set_values(context: Context, values: list[str], *, local: bool = False) -> None:
    context.config.set_to_use_local_config(local)
    for key, value in [_pair(one, "config set") for one in values]:
        _write(context, *_section_and_name(key), value)


def get_values(context: Context, key: str = "", *, local: bool = False) -> JSON:
    """Everything by section, one section, or one value."""
    context.config.set_to_use_local_config(local)
    if not key:
        return {one: _items(context, one) for one in context.config.sections()}
    if "." not in key:
        return _items(context, key)
    section, name = _section_and_name(key)
    for item in _items(context, section):
        if item["name"] == name:
            return item
    raise CommandError(f"'{key}' is not set.", fix=f"Set it: bep config set {key}=VALUE.")


def unset_values(context: Context, keys: list[str], *, local: bool = False) -> None:
    context.config.set_to_use_local_config(local)
    for section, name in [_section_and_name(key) for key in keys]:
        context.config.remove_option(section, name)


def _items(context: Context, section: str) -> list[JSON]:
    items = context.config.items(section)
    return [{name: one[name] for name in ("name", "source", "value")} for one in items]


def _write(context: Context, section: str, name: str, value: str) -> None:
    if value:
        context.config.set_value(section, name, value.replace("%", "%%"))  # ConfigParser's own sign
    else:
        context.config.remove_option(section, name)


def _pair(text: str, flag: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"'{text}' of {flag} is no setting.", fix="Write NAME=VALUE.")
    return name.strip(), value.strip()


def _section_and_name(key: str) -> tuple[str, str]:
    section, dot, name = key.partition(".")
    if not dot or not section or not name:
        raise UsageError(f"'{key}' names no setting.", fix="Write SECTION.NAME.")
    return section, name
