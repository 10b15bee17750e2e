"""`extension`: what az adds for Azure ML is built in, so that nothing is to be done."""

from importlib import metadata

from knack.log import get_logger

from cli.answers import JSON
from cli.context import Context
from cli.errors import ResourceNotFound

BUILT_IN = "ml"

log = get_logger(__name__)


def add(
    context: Context,
    *,
    name: str = "",
    source: str = "",
    version: str = "",
    yes: bool = False,
    upgrade: bool = False,
    system: bool = False,
    allow_preview: str = "",
) -> None:
    del context, source, version, yes, upgrade, system, allow_preview  # az's, without a meaning
    if name in {"", BUILT_IN, "azure-cli-ml"}:
        log.warning("Nothing is needed: the commands of 'ml' are built in.")
    else:
        log.warning("Nothing was added: there is no extension '%s' here.", name)


def remove(context: Context, name: str) -> None:
    del context
    log.warning("Nothing is removed: the commands of '%s' are no extension here.", name)


def list_all(context: Context) -> list[JSON]:
    del context
    return [_built_in()]


def show(context: Context, name: str) -> JSON:
    del context
    if name != BUILT_IN:
        raise ResourceNotFound(
            f"There is no extension '{name}'.", fix="None is needed: 'ml' is built in."
        )
    return _built_in()


def _built_in() -> JSON:
    return {
        "experimental": False,
        "extensionType": "built-in",
        "name": BUILT_IN,
        "path": "",
        "preview": False,
        "version": metadata.version("batch-endpoints"),
    }
