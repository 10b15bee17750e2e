"""The verbs that models, data and environments share: each makes the command of one kind."""

from collections.abc import Callable
from pathlib import Path

from cli.answers import JSON
from cli.assets import asset_documents
from cli.assets.download_asset import download_asset
from cli.context import Context
from cli.views.asset import asset_view


def show_of(kind: str) -> Callable[..., JSON]:
    def show(
        context: Context, *, name: str, version: str | None = None, label: str | None = None
    ) -> JSON:
        document = asset_documents.find_version(context.service, kind, name, version, label)
        return asset_view(kind, document)

    return show


def list_of(kind: str) -> Callable[..., list[JSON]]:
    def list_all(
        context: Context,
        *,
        name: str | None = None,
        max_results: str | None = None,
        archived_only: bool = False,
        include_archived: bool = False,
    ) -> list[JSON]:
        found = asset_documents.list_documents(
            context.service,
            kind,
            name,
            max_results,
            archived_only=archived_only,
            include_archived=include_archived,
        )
        return [asset_view(kind, one) for one in found]

    return list_all


def update_of(kind: str) -> Callable[..., JSON]:
    def update(
        context: Context,
        *,
        name: str,
        version: str | None = None,
        label: str | None = None,
        overrides: list[str] | None = None,
    ) -> JSON:
        document = asset_documents.find_version(context.service, kind, name, version, label)
        changed = asset_documents.update_version(context.service, kind, document, overrides or [])
        return asset_view(kind, changed)

    return update


def archive_of(kind: str, *, to: bool = True) -> Callable[..., None]:
    """With `to` False, the command that takes it back."""

    def archive(
        context: Context, *, name: str, version: str | None = None, label: str | None = None
    ) -> None:
        asset_documents.set_archived(context.service, kind, name, version, label, to=to)

    return archive


def delete_of(kind: str) -> Callable[..., None]:
    def delete(context: Context, *, name: str, version: str) -> None:
        context.service.delete(f"{kind}/{name}/versions/{version}")

    return delete


def download_of(kind: str) -> Callable[..., None]:
    def download(
        context: Context,
        *,
        name: str,
        version: str | None = None,
        label: str | None = None,
        download_path: str = ".",
    ) -> None:
        document = asset_documents.find_version(context.service, kind, name, version, label)
        download_asset(context.service, kind, name, document, Path(download_path))

    return download
