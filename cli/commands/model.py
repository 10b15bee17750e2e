"""`model`: what a deployment scores with."""

from cli.answers import JSON
from cli.assets import words
from cli.assets.kinds import MODELS
from cli.assets.yaml_asset import read_asset
from cli.commands.asset import archive_of, delete_of, download_of, list_of, show_of, update_of
from cli.context import Context
from cli.views.asset import asset_view


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    version: str | None = None,
    path: str | None = None,
    kind: str | None = None,
    description: str | None = None,
    stage: str | None = None,
    tags: list[str] | None = None,
    overrides: list[str] | None = None,
) -> JSON:
    from cli.assets.ensure_asset import register_asset  # noqa: PLC0415  # only uploads wait for it

    about = {"description": description, "stage": stage, "tags": words.pairs(tags)}
    flags = {"name": name, "version": version, "path": path, "type": kind, **about}
    asset = read_asset(MODELS, file, overrides or [], flags)
    return asset_view(MODELS, register_asset(context.service, asset))


show = show_of(MODELS)
list_all = list_of(MODELS)
update = update_of(MODELS)
archive = archive_of(MODELS)
restore = archive_of(MODELS, to=False)
delete = delete_of(MODELS)
download = download_of(MODELS)
