"""Every setting of the kit is one that the app or the host knows; what the app needs is set."""

import json
import re
from typing import Any

import pytest
import yaml

from shared.domain.watch import INBOX_CONTAINER
from shared.settings import ROLES, Settings
from tests.infra.bicep import INFRA, ROOT, settings_of
from tests.infra.known import NOT_ON_FLEX, REQUIRED, SETTINGS_OF_THE_HOST

MODULES = INFRA / "modules"
OF_THE_APP = {name.upper() for name in Settings.model_fields}
KNOWN = OF_THE_APP | set(SETTINGS_OF_THE_HOST)
OF_THE_PLANS = ("settings", "flex", "premium", "container-app")
KUBERNETES = list(yaml.safe_load_all((INFRA / "kubernetes" / "app.yaml").read_text()))
COMPOSE = yaml.safe_load((INFRA / "compose.yaml").read_text())


def settings(*names: str) -> dict[str, str]:
    return {
        key: value
        for name in names
        for key, value in settings_of(MODULES / f"{name}.bicep").items()
    }


@pytest.mark.parametrize("name", OF_THE_PLANS)
def test_it_sets_only_what_app_or_host_know(name: str) -> None:
    assert set(settings(name)) <= KNOWN


def test_all_that_the_app_needs_is_set() -> None:
    assert set(settings("settings")) >= REQUIRED


def test_no_setting_of_the_kit_is_a_connection_string() -> None:
    """Nor may two of them contradict each other: the account is reached by identity only."""
    assert not {"AzureWebJobsStorage", "STORAGE_CONNECTION_STRING"} & set(settings(*OF_THE_PLANS))


def test_flex_consumption_is_not_given_what_it_refuses() -> None:
    assert not NOT_ON_FLEX & set(settings("settings", "flex"))


def test_premium_is_told_its_runtime_and_whence_its_package_comes() -> None:
    assert {
        "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_WORKER_RUNTIME",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
    } <= set(settings("premium"))


def test_every_plan_is_of_the_workers_python() -> None:
    assert "runtime: { name: 'python', version: '3.13' }" in (MODULES / "flex.bicep").read_text()
    assert "linuxFxVersion: 'PYTHON|3.13'" in (MODULES / "premium.bicep").read_text()
    assert "python:4-python3.13" in (INFRA / "Dockerfile").read_text()


def filled(value: str) -> str:
    """As Azure would fill it: one expression after the other, with a value of its kind."""
    samples = {
        "az.environment().authentication.loginEndpoint": "https://login.microsoftonline.com/",
        "tenantId": "11111111-2222-3333-4444-555555555555",
        "authClientId": "66666666-7777-8888-9999-000000000000",
        "ours": "api://66666666-7777-8888-9999-000000000000,",
        "ofAzure": "https://ml.azure.com,https://management.azure.com",
        "blobEndpoint": "https://account.blob.core.windows.net/",
        "roleAssignments": "11111111-2222-3333-4444-555555555555=contributor",
        "url": "https://app.azurewebsites.net",
    }
    if value.startswith("'"):
        return re.sub(r"\$\{([^}]+)\}", lambda one: samples.get(one[1], "x"), value.strip("'"))
    return samples.get(value, "x" if "?" not in value else "")


@pytest.mark.parametrize("plan", ["settings", "flex"])
def test_the_app_takes_their_values(plan: str) -> None:
    values = {name: filled(value) for name, value in settings(plan).items() if name in OF_THE_APP}

    taken = Settings.from_environment(values)

    if plan == "settings":
        tenant = "11111111-2222-3333-4444-555555555555"
        assert (
            f"https://login.microsoftonline.com/{tenant}/v2.0",
            f"https://sts.windows.net/{tenant}/",
        ) == taken.auth_issuer
        assert {tenant: "contributor"} == taken.role_assignments
        assert "event_grid" == taken.inbox_trigger


def test_compose_and_kubernetes_set_only_what_app_or_host_know() -> None:
    app: dict[str, Any] = COMPOSE["services"]["app"]["environment"]
    (config,) = (one for one in KUBERNETES if one["kind"] == "ConfigMap")
    assert set(app) <= KNOWN
    assert set(config["data"]) <= KNOWN
    Settings.from_environment({k: str(v) for k, v in app.items() if k in OF_THE_APP})
    Settings.from_environment({k: v for k, v in config["data"].items() if k in OF_THE_APP})


def test_app_roles_are_the_roles_of_the_app() -> None:
    roles = json.loads((INFRA / "entra" / "app-roles.json").read_text())
    assert set(ROLES) == {one["value"] for one in roles}
    assert all({"User", "Application"} == set(one["allowedMemberTypes"]) for one in roles)
    script = (INFRA / "entra" / "register.sh").read_text()
    (contributor,) = (one["id"] for one in roles if one["value"] == "contributor")
    assert f"CONTRIBUTOR={contributor}" in script


def test_the_client_is_allowed_the_scope_that_is_offered() -> None:
    scope = json.loads((INFRA / "entra" / "scope.json").read_text())["api"]
    clients = json.loads((INFRA / "entra" / "clients.json").read_text())["api"]
    offered = [one["id"] for one in scope["oauth2PermissionScopes"]]
    assert [offered] == [
        one["delegatedPermissionIds"] for one in clients["preAuthorizedApplications"]
    ]


def test_the_queue_that_scales_is_durables() -> None:
    hub = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]["hubName"]
    queue = f"{hub.lower()}-workitems"
    assert f"'{queue}'" in (MODULES / "container-app.bicep").read_text()
    assert queue in (INFRA / "kubernetes" / "scale-by-queue.yaml").read_text()


def telemetry_names(source: str) -> set[str]:
    return set(re.findall(r"\"((?:batch|process)\.[a-z_.]+)\\?\"", source.replace('\\"', '"')))


def test_what_is_asked_of_telemetry_is_what_the_app_tells() -> None:
    asked = telemetry_names((INFRA / "workbook.json").read_text())
    asked |= telemetry_names((MODULES / "alerts.bicep").read_text())
    assert {"batch.jobs", "batch.files", "batch.job.queue.duration", "batch.retries"} <= asked
    names = ROOT / "shared" / "telemetry" / "names.py"
    if not names.exists():
        pytest.skip("The app tells no metrics yet.")
    assert asked <= telemetry_names(names.read_text())


def test_there_are_three_alerts() -> None:
    source = (MODULES / "alerts.bicep").read_text()
    assert 3 == len(re.findall(r"measure: '", source))


def test_the_inboxes_of_the_subscription_are_those_of_the_trigger() -> None:
    source = (MODULES / "event-grid.bicep").read_text()
    assert f"/containers/{INBOX_CONTAINER}/" in source
    function = re.search(r"Host\.Functions\.(\w+)", source)
    assert function
    triggers = (ROOT / "triggers" / "upload_events.py").read_text()
    assert f"def {function[1]}(" in triggers
    assert "/events/blobs" in source
    assert "events/blobs" in triggers


def test_the_azurite_of_compose_is_the_one_that_the_tests_run() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/azurite"]["version"]
    assert COMPOSE["services"]["azurite"]["image"].endswith(f":{version}")
