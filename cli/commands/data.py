"""`data`: what is scored, under a name."""

from cli.answers import JSON
from cli.assets import words
from cli.assets.kinds import DATA
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
    tags: list[str] | None = None,
    overrides: list[str] | None = None,
) -> JSON:
    from cli.assets.ensure_asset import register_asset  # noqa: PLC0415  # only uploads wait for it

    about = {"description": description, "tags": words.pairs(tags)}
    flags = {"name": name, "version": version, "path": path, "type": kind, **about}
    asset = read_asset(DATA, file, overrides or [], flags)
    return asset_view(DATA, register_asset(context.service, asset))


show = show_of(DATA)
list_all = list_of(DATA)
update = update_of(DATA)
archive = archive_of(DATA)
restore = archive_of(DATA, to=False)
delete = delete_of(DATA)
download = download_of(DATA)
