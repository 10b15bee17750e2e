"""`./run serve --tls`: everything is https, and the console says how a client comes to trust it."""

import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobServiceClient

from local.client import workspace
from local.port import choose
from tests.local.test_serve import PROJECT, Serve, serve_command
from tests.support.json_over_http import get_json
from tests.support.waiting import is_running, wait_until


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    serve = Serve(tmp_path, more=("--tls",)).start()
    yield serve
    if serve.process.poll() is None:
        serve.end()


def store(facts: dict[str, Any], *, trust: bool | str) -> BlobServiceClient:
    text = facts["storage_connection_string"]
    return BlobServiceClient.from_connection_string(text, connection_verify=trust, retry_total=0)


def test_the_host_and_the_storage_are_https_and_the_app_trusts_them(serve: Serve) -> None:
    facts = serve.facts()
    bundle = facts["ca_bundle"]

    environment = get_json(f"{facts['url']}/environment", trust=bundle)

    assert f"https://127.0.0.1:{serve.port}" == facts["url"] == environment["PUBLIC_URL"]
    assert bundle == environment["REQUESTS_CA_BUNDLE"] == environment["SSL_CERT_FILE"]
    assert 4 == facts["storage_connection_string"].count("https")
    assert "http:" not in environment["AzureWebJobsStorage"]
    with store(facts, trust=bundle) as client:
        client.create_container("box").upload_blob("kept", b"kept")


def test_who_does_not_trust_the_authority_does_not_speak_to_it(serve: Serve) -> None:
    facts = serve.facts()

    with pytest.raises(ssl.SSLCertVerificationError):
        get_json(f"{facts['url']}/environment", trust=ssl.get_default_verify_paths().openssl_cafile)
    with (
        store(facts, trust=True) as client,
        pytest.raises(ServiceRequestError, match="certificate verify failed"),
    ):
        client.create_container("box")


def test_the_console_and_the_ready_file_say_what_a_client_needs(serve: Serve) -> None:
    facts = serve.facts()
    said = wait_until(lambda: serve.said() if "AccessToken" in serve.said() else "")

    metadata = f"{facts['url']}/metadata/endpoints?api-version=2019-05-01"
    assert metadata == facts["metadata_url"]
    assert f"export ARM_CLOUD_METADATA_URL='{metadata}'" in said
    assert f"export REQUESTS_CA_BUNDLE={shlex.quote(facts['ca_bundle'])}" in said
    assert f"run token --state {shlex.quote(facts['state'])}" in said
    zero = "00000000-0000-0000-0000-000000000000"
    assert f'MLClient(credential, "{zero}", "local", "local")' in said
    names = ("subscription_id", "resource_group", "workspace_name")
    assert (zero, "local", "local") == tuple(facts[name] for name in names)


@pytest.mark.parametrize("part", ["host", "azurite"])
def test_a_killed_part_comes_back_with_https(serve: Serve, part: str) -> None:
    before = serve.facts()
    with store(before, trust=before["ca_bundle"]) as client:
        client.create_container("box").upload_blob("kept", b"kept")

    os.kill(before["pids"][part], 9)
    wait_until(lambda: not is_running(before["pids"][part]))
    after = serve.facts()

    assert after | {"pids": None} == before | {"pids": None}
    assert {} != get_json(f"{after['url']}/environment", trust=after["ca_bundle"])
    with store(after, trust=after["ca_bundle"]) as client:
        assert b"kept" == client.get_blob_client("box", "kept").download_blob().readall()


def test_the_next_start_is_trusted_by_the_same_clients(serve: Serve) -> None:
    bundle = Path(serve.facts()["ca_bundle"])
    before = bundle.read_bytes()
    serve.end()

    facts = serve.start().facts()

    assert before == bundle.read_bytes()
    assert {} != get_json(f"{facts['url']}/environment", trust=str(bundle))


def test_a_folder_that_was_http_before_keeps_its_data(tmp_path: Path) -> None:
    plain = Serve(tmp_path).start()
    with BlobServiceClient.from_connection_string(
        plain.facts()["storage_connection_string"]
    ) as client:
        client.create_container("box").upload_blob("kept", b"kept")
    plain.end()
    serve = Serve(tmp_path, port=plain.port, more=("--tls",)).start()
    try:
        facts = serve.facts()

        with store(facts, trust=facts["ca_bundle"]) as client:
            assert b"kept" == client.get_blob_client("box", "kept").download_blob().readall()
    finally:
        serve.end()


def test_damaged_certificates_are_reported_in_one_line(tmp_path: Path) -> None:
    tls = tmp_path / "state" / "tls"
    tls.mkdir(parents=True)
    (tls / "ca.pem").write_text("no certificate")
    (tls / "ca.key").write_text("no key")

    serve = Serve(tmp_path, more=("--tls",)).start()

    assert 2 == serve.process.wait(60)
    assert 1 == serve.said().count("\n")
    assert f"Delete the folder '{tls}'; the next start makes new certificates." in serve.said()


def test_a_bundle_that_is_not_there_is_reported_in_one_line(tmp_path: Path) -> None:
    done = serve_command(
        "--tls", "--port=0", f"--state={tmp_path}", REQUESTS_CA_BUNDLE=f"{tmp_path}/none.pem"
    )

    assert 2 == done.returncode
    assert 1 == done.stderr.count("\n")
    assert f"REQUESTS_CA_BUNDLE is '{tmp_path}/none.pem', which cannot be read" in done.stderr


def test_core_tools_get_the_certificate_as_they_take_it(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    func = tmp_path / "bin" / "func"
    func.parent.mkdir()
    tls = tmp_path / "state" / "tls"
    shown = f"--cert {tls}/server.pem --cert-key {tls}/server.key"
    func.write_text(
        '#!/bin/sh\necho "$*" >func-was-asked\n'
        f'exec {sys.executable} {PROJECT}/tests/local/stand_in_host.py --port "$3" {shown}\n'
    )
    func.chmod(0o755)
    port = choose(0)
    arguments = ["--host", "func", "--tls", "--app", str(app), "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, "-m", "local.serve", *arguments, "--state", str(tmp_path / "state")],
        cwd=PROJECT,
        env=os.environ | {"PATH": f"{func.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as serve:
        assert serve.stdout is not None
        wait_until(lambda: "Serving at https" in str(serve.stdout and serve.stdout.readline()))
        serve.terminate()
        serve.communicate()

    expected = f"start --port {port} --useHttps --cert {tls}/server.pfx --password local"
    assert expected == (app / "func-was-asked").read_text().strip()
    assert (tls / "server.pfx").exists()


def test_the_workspace_is_the_one_of_the_settings(tmp_path: Path) -> None:
    """By the environment, else by the app's local.settings.json, else the app's own default."""
    (tmp_path / "local.settings.json").write_text(
        '{"Values": {"WORKSPACE_NAME": "of-the-file", "RESOURCE_GROUP": "of-the-file"}}'
    )

    found = workspace(tmp_path, {"WORKSPACE_NAME": "of-the-shell"})

    assert {
        "subscription_id": "00000000-0000-0000-0000-000000000000",
        "resource_group": "of-the-file",
        "workspace_name": "of-the-shell",
    } == found
