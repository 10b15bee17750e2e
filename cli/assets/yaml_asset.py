"""An asset from a YAML file, from flags, or from both: flags win."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.answers import JSON
from cli.errors import UsageError

if TYPE_CHECKING:
    from shared.schemas.az_yaml.files import AssetFile, AssetKind, ResourceFile

PATHS = ("path", "conda_file")
"""What flags say of these is relative to the current folder, whatever the file's folder is."""


def read_asset(
    kind: "AssetKind", file: str | None, overrides: Sequence[str], flags: Mapping[str, JSON]
) -> "AssetFile":
    """Raises UsageError, for an asset without a name too."""
    from shared.schemas.az_yaml.asset_file import asset_spec  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.document import load_file  # noqa: PLC0415

    with usage_errors():
        document = load_file(_file(file), overrides, _from_here(flags))
        asset = asset_spec(document, kind)
    if not asset.name:
        raise UsageError(
            "The asset has no name.", fix="Give it by --name, or write 'name:' into the file."
        )
    return asset


def read_compute(
    file: str | None, overrides: Sequence[str], flags: Mapping[str, JSON]
) -> "ResourceFile":
    """Raises UsageError."""
    from shared.schemas.az_yaml.document import load_file  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.resource_file import compute_spec  # noqa: PLC0415

    with usage_errors():
        return compute_spec(load_file(_file(file), overrides, flags))


def read_datastore(
    file: str | None, overrides: Sequence[str], flags: Mapping[str, JSON]
) -> "ResourceFile":
    """Raises UsageError."""
    from shared.schemas.az_yaml.document import load_file  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.resource_file import datastore_spec  # noqa: PLC0415

    with usage_errors():
        return datastore_spec(load_file(_file(file), overrides, flags))


def change(content: Mapping[str, JSON], overrides: Sequence[str]) -> dict[str, JSON]:
    """The content with each `--set` done; raises UsageError."""
    from shared.schemas.az_yaml.nodes import Position  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.overrides import apply, node_of  # noqa: PLC0415

    with usage_errors():
        root = node_of(dict(content), Position("--set"))
        for override in overrides:
            apply(root, override)
        return dict(root.plain())


@contextmanager
def usage_errors() -> Iterator[None]:
    """What is wrong with a file or a flag is the command line's fault."""
    from shared.domain.errors import InvalidRequest  # noqa: PLC0415  # with what raises it

    try:
        yield
    except InvalidRequest as error:
        raise UsageError(str(error)) from None


def _file(file: str | None) -> Path | None:
    return Path(file).expanduser() if file else None


def _from_here(flags: Mapping[str, JSON]) -> dict[str, JSON]:
    from shared.schemas.az_yaml.addresses import is_remote  # noqa: PLC0415  # loads pydantic

    present = {name: value for name, value in flags.items() if value is not None}
    for name in PATHS:
        if name in present and not is_remote(present[name]):
            present[name] = str(Path(present[name].removeprefix("file:")).expanduser().absolute())
    return present
