"""Workflows, container and cluster files are valid, and name what is in the repository."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.package import deployed_files
from tests.infra.bicep import INFRA, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILE = INFRA / "Dockerfile"
COMPOSE = yaml.safe_load((INFRA / "compose.yaml").read_text())
BIN = Path(sys.executable).parent


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / program, *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )


def copied() -> set[str]:
    """What the Dockerfile copies into the app's folder."""
    lines = re.findall(r"^COPY (.+) (\S+)$", DOCKERFILE.read_text(), re.MULTILINE)
    return {name for names, _ in lines for name in names.split()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_one(path: Path) -> None:
    judged = run("actionlint", "-no-color", path)
    assert (0, "") == (judged.returncode, judged.stdout)
    by_schema = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    assert 0 == by_schema.returncode, by_schema.stdout


def test_the_workflow_of_tests_runs_what_every_change_must_pass() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    steps = workflow["jobs"]["test"]["steps"]
    assert ".ci/run" == steps[-1]["run"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_the_workflow_of_deployments_signs_in_without_a_secret() -> None:
    source = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
    assert "secrets." not in source
    assert "id-token: write" in source


def test_compose_files_fit_their_schema() -> None:
    judged = run(
        "check-jsonschema", "--builtin-schema", "vendor.compose-spec", INFRA / "compose.yaml"
    )
    assert 0 == judged.returncode, judged.stdout


def test_compose_builds_what_is_here_and_serves_where_clients_look() -> None:
    app = COMPOSE["services"]["app"]
    build = (INFRA / app["build"]["context"]).resolve()
    assert ROOT == build
    assert (build / app["build"]["dockerfile"]).exists()
    port = app["environment"]["PUBLIC_URL"].rsplit(":", 1)[1]
    assert any(f":{port}:" in one for one in COMPOSE["services"]["azurite"]["ports"])


def test_compose_trusts_the_issuer_of_run_token(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "local.token", "--state", tmp_path, "--keys", tmp_path / "compose"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert made.stdout.count(".") == 2
    app = COMPOSE["services"]["app"]
    files = {path.name for path in (tmp_path / "compose").iterdir()}
    assert {Path(one).name for one in app["env_file"]} <= files
    assert Path(app["environment"]["AUTH_JWKS_URL"]).name in files
    (mounted,) = COMPOSE["services"]["issuer"]["volumes"]
    assert mounted.startswith("../.state/compose:")
    keys = json.loads((tmp_path / "compose" / "keys.json").read_text())
    assert ["kty"] == [name for name in keys["keys"][0] if name == "kty"]
    assert "d" not in keys["keys"][0], "the private half"


def test_the_dockerfile_passes_hadolint() -> None:
    judged = run("hadolint", DOCKERFILE)
    assert (0, "") == (judged.returncode, judged.stdout)


def test_the_dockerfile_copies_what_is_deployed_and_no_less() -> None:
    deployed = {path.parts[0] for path in deployed_files()} - {".funcignore", "LICENSE"}
    assert deployed == copied()
    assert all((ROOT / name).exists() for name in copied())


def test_the_build_context_holds_just_that() -> None:
    lines = (INFRA / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in lines
    assert copied() == {line[1:] for line in lines if line.startswith("!")}


def test_the_image_has_the_interpreters_from_38_to_314() -> None:
    loop = re.search(r"for version in ([\d. ]+);", DOCKERFILE.read_text())
    assert loop
    own = "3.13"
    assert [f"3.{minor}" for minor in range(8, 15)] == sorted(
        [*loop[1].split(), own], key=lambda version: int(version[2:])
    )
    assert f"python{own}" in DOCKERFILE.read_text()


def test_the_containers_of_all_files_listen_where_the_image_does() -> None:
    (deployment,) = (
        one
        for one in yaml.safe_load_all((INFRA / "kubernetes" / "app.yaml").read_text())
        if one["kind"] == "Deployment"
    )
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert [80] == [one["containerPort"] for one in container["ports"]]
    assert "targetPort: 80" in (INFRA / "modules" / "container-app.bicep").read_text()


@pytest.mark.parametrize("name", ["scale-by-queue", "scale-by-mssql"])
def test_keda_scales_the_deployment_by_a_secret_that_it_has(name: str) -> None:
    documents: list[dict[str, Any]] = [
        *yaml.safe_load_all((INFRA / "kubernetes" / "app.yaml").read_text()),
        *yaml.safe_load_all((INFRA / "kubernetes" / f"{name}.yaml").read_text()),
    ]
    by_kind = {one["kind"]: one for one in documents}
    scaled, access = by_kind["ScaledObject"]["spec"], by_kind["TriggerAuthentication"]
    assert by_kind["Deployment"]["metadata"]["name"] == scaled["scaleTargetRef"]["name"]
    (trigger,) = scaled["triggers"]
    assert access["metadata"]["name"] == trigger["authenticationRef"]["name"]
    (container,) = by_kind["Deployment"]["spec"]["template"]["spec"]["containers"]
    secrets = {one["secretRef"]["name"] for one in container["envFrom"] if "secretRef" in one}
    assert {one["name"] for one in access["spec"]["secretTargetRef"]} <= secrets
    assert 1 <= scaled["minReplicaCount"] <= scaled["maxReplicaCount"]


def test_azd_deploys_the_package_that_it_made_before() -> None:
    described = yaml.safe_load((ROOT / "azure.yaml").read_text())
    (service,) = described["services"].values()
    assert ("function", "python", False) == (
        service["host"],
        service["language"],
        service["remoteBuild"],
    )
    made = described["hooks"]["postprovision"]["run"].split()
    assert ["./run", "package"] == made[:2]
    provision, deploy = (one["azd"] for one in described["workflows"]["up"]["steps"])
    assert "provision" == provision
    assert f"deploy app --from-package {made[-1]}" == deploy
    assert {"app"} == set(described["services"])
    assert "'azd-service-name': 'app'" in (INFRA / "modules" / "flex.bicep").read_text()
    assert (ROOT / described["infra"]["path"] / f"{described['infra']['module']}.bicep").exists()


@pytest.mark.parametrize(
    "path", sorted([*INFRA.glob("*.sh"), *INFRA.glob("entra/*.sh")]), ids=lambda path: path.stem
)
def test_a_script_is_one_for_any_shell(path: Path) -> None:
    for shell in filter(shutil.which, ("sh", "dash", "bash")):
        assert 0 == subprocess.run([shell, "-n", path], check=False).returncode
    for name in re.findall(r"@([\w-]+\.json)", path.read_text()):
        assert (path.parent / name).exists()
