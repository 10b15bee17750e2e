"""`_SUCCESS` says that a folder is whole: whatever breaks a download off, it comes last."""

from pathlib import Path
from typing import Any

import pytest

from cli.console import Console
from cli.downloads import download_all as module
from cli.downloads.download_all import Order, download_all
from cli.downloads.fetch import RemoteFile
from cli.errors import CommandError


def order(name: str, folder: Path) -> Order:
    return Order(RemoteFile(name, lambda _: "", 3, ""), folder / name)


@pytest.mark.parametrize("lost", ["", "a=1/part-0.csv"])
def test_the_marker_is_fetched_when_all_others_are_there(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(_service: Any, file: RemoteFile, target: Path, _bar: Any) -> None:
        if file.name == lost:
            raise CommandError("The store does not answer.", fix="Repeat it.")
        if target.name == "_SUCCESS":
            assert all(name.endswith("_SUCCESS") or (tmp_path / name).exists() for name in names)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("abc")

    names = ["_SUCCESS", *(f"a={number}/part-0.csv" for number in range(12))]
    monkeypatch.setattr(module, "fetch", fetch)
    service: Any = None
    orders = [order(name, tmp_path) for name in names]

    if lost:
        with pytest.raises(CommandError):
            download_all(service, orders, tmp_path, Console())
    else:
        download_all(service, orders, tmp_path, Console())

    assert (tmp_path / "_SUCCESS").exists() is not bool(lost)
