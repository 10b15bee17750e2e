"""`environment`: the Python and the packages that score."""

from cli.answers import JSON
from cli.assets import words
from cli.assets.kinds import ENVIRONMENTS
from cli.assets.yaml_asset import read_asset
from cli.commands.asset import archive_of, delete_of, list_of, show_of, update_of
from cli.context import Context
from cli.views.asset import asset_view


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    version: str | None = None,
    image: str | None = None,
    conda_file: str | None = None,
    os_type: str | None = None,
    build_context: str | None = None,
    description: str | None = None,
    tags: list[str] | None = None,
    overrides: list[str] | None = None,
) -> JSON:
    from cli.assets.ensure_asset import register_asset  # noqa: PLC0415  # only uploads wait for it

    about = {"description": description, "tags": words.pairs(tags)}
    made_of = {"image": image, "conda_file": conda_file, "os_type": os_type, "build": build_context}
    flags = {"name": name, "version": version, **made_of, **about}
    asset = read_asset(ENVIRONMENTS, file, overrides or [], flags)
    return asset_view(ENVIRONMENTS, register_asset(context.service, asset))


show = show_of(ENVIRONMENTS)
list_all = list_of(ENVIRONMENTS)
update = update_of(ENVIRONMENTS)
archive = archive_of(ENVIRONMENTS)
restore = archive_of(ENVIRONMENTS, to=False)
delete = delete_of(ENVIRONMENTS)
