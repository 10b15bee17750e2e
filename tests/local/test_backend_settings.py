"""host.json for the other backends: the project's own, but for the storage provider."""

import json
from typing import Any

import pytest

from local.backend_settings import FOLDER, PROVIDERS, host_json, path_of
from local.project import PROJECT


def parsed(path: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("backend", PROVIDERS)
def test_the_variant_is_written_anew_when_host_json_changes(backend: str) -> None:
    """`.venv/bin/python -m local.backend_settings` writes them."""
    assert host_json(backend) == path_of(backend).read_text(encoding="utf-8")


@pytest.mark.parametrize("backend", PROVIDERS)
def test_a_variant_differs_from_host_json_by_its_storage_provider_only(backend: str) -> None:
    own, variant = parsed(PROJECT / "host.json"), parsed(path_of(backend))
    providers = [one["extensions"]["durableTask"].pop("storageProvider") for one in (own, variant)]

    assert own == variant
    assert providers[0] != providers[1] == PROVIDERS[backend]


def test_every_variant_is_in_the_docs_with_its_setting() -> None:
    docs = (PROJECT / "docs" / "backends.md").read_text(encoding="utf-8")

    assert {path_of(backend).name for backend in PROVIDERS} == {
        path.name for path in FOLDER.glob("host.*.json")
    }
    for backend, provider in PROVIDERS.items():
        assert f"infra/backends/host.{backend}.json" in docs
        assert provider["connectionStringName"] in docs
