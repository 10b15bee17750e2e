"""Uploads: a fresh container each, kept once an asset is registered in it; code by its hash."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import InvalidRequest
from tests.support.requests import http_request
from tests.triggers.conftest import App
from triggers.assets import CODES, MODELS, list_codes
from triggers.uploads import start_upload

TODAY = datetime.now(UTC).date()
SHA = "ab" * 32


def started(app: App, kind: str = "code") -> str:
    """The upload's URL."""
    body = {"pendingUploadType": "TemporaryBlobReference"}
    request = http_request(body, name="guid", version="1")
    answer = start_upload(kind, request, app.services, UNBOUND)
    reference = answer.body["blobReferenceForConsumption"]
    assert "SAS" == reference["credential"]["credentialType"]
    sas = urlsplit(reference["credential"]["sasUri"])
    assert reference["blobUri"] == sas._replace(query="").geturl()
    assert ["rcwl"] == parse_qs(sas.query)["sp"]
    return str(reference["blobUri"])


def container_of(url: str) -> str:
    return url.rpartition("/")[2]


def registered(app: App, name: str, uri: str, digest: str = SHA) -> Any:
    properties = {"hash_sha256": digest, "hash_version": 202208}
    body = {"properties": {"codeUri": uri, "isAnonymous": True, "properties": properties}}
    return CODES.put(http_request(body, name=name, version="1"), app.services, UNBOUND)


def looked_up(app: App, digest: str = SHA, version: str = "202208") -> list[str]:
    query = {"hash": digest, "hashversion": version}
    answer = list_codes(http_request(query=query, name="another-guid"), app.services, UNBOUND)
    return [one["id"].rpartition("/codes/")[2] for one in answer.body["value"]]


def uploaded_code(app: App, name: str = "guid") -> str:
    url = started(app)
    app.blobs.write(container_of(url), "code/score.py", b"")
    assert 201 == registered(app, name, f"{url}/code").status
    return url


def test_each_upload_gets_a_container_of_its_own(app: App) -> None:
    urls = [started(app), started(app), started(app, "model")]

    assert 3 == len(set(urls))
    assert all(app.blobs.container_exists(container_of(url)) for url in urls)
    assert container_of(urls[0]).startswith("code-")


def test_code_is_found_by_its_hash_whatever_name_is_asked(app: App) -> None:
    assert [] == looked_up(app)

    uploaded_code(app)

    assert ["guid/versions/1"] == looked_up(app)
    assert ["guid/versions/1"] == looked_up(app, version="")
    assert [] == looked_up(app, version="1")
    assert [] == looked_up(app, "../" * 20)


def test_a_hash_whose_code_or_files_are_gone_is_not_found(app: App) -> None:
    url = uploaded_code(app)
    app.services.registry.codes.delete("guid", "1")
    assert [] == looked_up(app)

    registered(app, "guid", f"{url}/code")
    app.blobs.delete(container_of(url), "code/score.py")
    assert [] == looked_up(app)


def test_without_a_hash_a_names_versions_are_listed(app: App) -> None:
    uploaded_code(app, "mine")
    uploaded_code(app, "other")

    answer = list_codes(http_request(name="mine"), app.services, UNBOUND).body

    assert ["1"] == [one["name"] for one in answer["value"]]


def test_code_may_lie_at_the_top_of_its_container(app: App) -> None:
    url = started(app)
    app.blobs.write(container_of(url), "score.py", b"")

    assert 201 == registered(app, "guid", url).status
    assert ["guid/versions/1"] == looked_up(app)


def test_a_signature_in_an_assets_address_is_not_kept(app: App) -> None:
    url = started(app, "model")
    body = {"properties": {"modelUri": f"{url}/m?sv=1&sig=secret", "modelType": "custom_model"}}

    answer = MODELS.put(http_request(body, name="m", version="1"), app.services, UNBOUND)

    assert f"{url}/m" == answer.body["properties"]["modelUri"]


def test_an_upload_that_nothing_was_registered_in_is_deleted_two_days_later(app: App) -> None:
    uploads = app.services.uploads
    left = uploads.start("code", today=TODAY - timedelta(days=2))
    kept = uploads.start("code", today=TODAY - timedelta(days=2))
    recent = uploads.start("code", today=TODAY - timedelta(days=1))
    uploads.claim(kept)

    uploads.start("code", today=TODAY)

    assert [False, True, True] == [
        app.blobs.container_exists(name) for name in (left, kept, recent)
    ]


def test_what_is_registered_is_never_cleaned_up(app: App) -> None:
    url = uploaded_code(app)

    for days in range(1, 5):
        app.services.uploads.start("code", today=TODAY + timedelta(days=days))

    assert app.blobs.exists(container_of(url), "code/score.py")


def test_one_upload_deletes_a_few_leftovers_only(app: App) -> None:
    """Its caller waits for it; the next ones do the rest."""
    uploads = app.services.uploads
    old = [uploads.start("code", today=date(2026, 1, 1)) for _ in range(12)]

    uploads.start("code", today=TODAY)
    after_one = sum(app.blobs.container_exists(name) for name in old)
    uploads.start("code", today=TODAY)

    assert 2 == after_one
    assert not any(app.blobs.container_exists(name) for name in old)


def test_a_bad_name_or_body_starts_no_upload(app: App) -> None:
    with pytest.raises(InvalidRequest, match="code name"):
        start_upload("code", http_request(name=".x", version="1"), app.services, UNBOUND)
    body = {"pendingUploadType": "Courier"}
    with pytest.raises(InvalidRequest, match="pendingUploadType"):
        start_upload("code", http_request(body, name="x", version="1"), app.services, UNBOUND)

    assert [] == list(app.blobs.list_names("batch-registry", "uploads/"))
