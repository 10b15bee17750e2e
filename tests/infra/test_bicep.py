"""The Bicep files hold together: they parse, call each other rightly, and grant the least."""

import json
import re
from pathlib import Path

import pytest

from tests.infra.bicep import (
    FILES,
    INFRA,
    ROOT,
    modules,
    name_of,
    of_kind,
    outputs,
    parameters,
    parse,
    properties,
    resources,
    text,
    walk,
)
from tests.infra.known import API_VERSIONS, NEVER_GRANTED, ROLES

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
MAIN = INFRA / "main.bicep"
MODULES = INFRA / "modules"
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_file
def test_it_parses(path: Path) -> None:
    bad = [
        (node.start_point[0] + 1, text(node)[:60])
        for node in walk(parse(path))
        if node.is_error or node.is_missing
    ]
    assert [] == bad


@every_file
def test_its_modules_exist_and_are_given_what_they_ask_for(path: Path) -> None:
    for symbol, (file, given) in modules(path).items():
        assert file.exists(), f"{symbol}: {file}"
        asked = parameters(file)
        missing = {name for name, has_default in asked.items() if not has_default} - given
        assert (set(), set()) == (missing, given - set(asked)), symbol


@every_file
def test_what_it_reads_of_a_module_is_an_output_of_it(path: Path) -> None:
    called = modules(path)
    source = path.read_text()
    for symbol, output in re.findall(r"\b(\w+)!?\.outputs\.(\w+)", source):
        assert output in outputs(called[symbol][0]), f"{symbol}.{output}"


@every_file
def test_each_parameter_and_variable_is_used(path: Path) -> None:
    source = re.sub(r"(?m)^\s*//.*", "", path.read_text())
    names = [*parameters(path), *(name_of(one) for one in of_kind(path, "variable_declaration"))]
    assert [] == [name for name in names if len(re.findall(rf"\b{name}\b", source)) < 2]


@every_file
def test_each_symbol_it_depends_on_is_declared(path: Path) -> None:
    kinds = ("resource_declaration", "module_declaration")
    declared = {name_of(one) for kind in kinds for one in of_kind(path, kind)}
    for names in re.findall(r"dependsOn: \[([^\]]*)\]", path.read_text()):
        assert {one.strip() for one in names.split(",")} <= declared


@every_file
def test_its_types_are_of_versions_that_are_known(path: Path) -> None:
    for stated, _ in resources(path):
        if "@" not in stated:  # nested: of its parent's version
            assert "config" == stated
            continue
        kind, version = stated.split("@")
        assert version == API_VERSIONS[kind]


def test_no_module_is_left_over() -> None:
    called = {file for path in FILES for file, _ in modules(path).values()}
    by_script = {MODULES / "event-grid.bicep"}
    assert by_script | called == set(MODULES.glob("*.bicep"))
    assert "modules/event-grid.bicep" in (INFRA / "subscribe-uploads.sh").read_text()


@every_file
def test_it_grants_only_roles_that_are_known_to_be_small(path: Path) -> None:
    granted = set(GUID.findall(path.read_text()))
    assert granted <= set(ROLES)
    assert not granted & set(NEVER_GRANTED)


def test_each_role_is_named_as_it_is_called() -> None:
    """`var queueDataContributor = '974c...'` is the Storage Queue Data Contributor."""
    for path in FILES:
        for name, role in re.findall(rf"var (\w+) = '({GUID.pattern})'", path.read_text()):
            assert ROLES[role].replace("Storage ", "").replace(" ", "").lower() == name.lower()


def test_the_app_is_given_just_three_roles_on_its_account() -> None:
    source = (MODULES / "storage-access.bicep").read_text()
    given = re.search(r"var ofTheApp = \[(.*)\]", source)
    assert given
    assert "blobDataOwner, queueDataContributor, tableDataContributor" == given[1]
    assert 2 == len(re.findall(r"'Microsoft.Authorization/roleAssignments@", source))


def test_the_account_has_no_keys_and_nothing_public() -> None:
    (account,) = (
        node
        for stated, node in resources(MODULES / "storage.bicep")
        if stated.startswith("Microsoft.Storage/storageAccounts@")
    )
    values = {
        name: text(value)
        for one in walk(account)
        if one.type == "object"
        for name, value in properties(one).items()
    }
    assert "false" == values["allowSharedKeyAccess"]
    assert "false" == values["allowBlobPublicAccess"]
    assert "true" == values["supportsHttpsTrafficOnly"]
    assert "'TLS1_2'" == values["minimumTlsVersion"]


@every_file
def test_no_key_is_read_but_that_of_the_blob_trigger(path: Path) -> None:
    keys = re.findall(r"\.listKeys\(|listKeys\([^)]*\)", path.read_text())
    assert (["event-grid"] if keys else []) == [path.stem] * bool(keys)


@every_file
def test_nothing_secret_is_an_output(path: Path) -> None:
    for one in of_kind(path, "output_declaration"):
        assert "listKeys" not in text(one)
        assert "code=" not in text(one)


def test_what_azd_passes_are_the_parameters_of_main() -> None:
    passed = set(re.findall(r'"(\w+)": \{"value"', (INFRA / "main.parameters.json").read_text()))
    assert set(parameters(MAIN)) == passed


def test_what_the_scripts_ask_for_main_tells() -> None:
    """Outputs are handed to hooks by azd, as variables."""
    told = outputs(MAIN)
    for script in INFRA.glob("*.sh"):
        asked = set(re.findall(r"\$\{(\w+):\?", script.read_text())) - {"BATCH_AUTH_CLIENT_ID"}
        assert asked <= told, script.name
    hooks = re.findall(r"run: (\S+)", (ROOT / "azure.yaml").read_text())
    assert hooks
    assert all((ROOT / one).stat().st_mode & 0o100 for one in hooks)


def test_what_event_grid_is_given_by_the_script_it_takes() -> None:
    given = set(re.findall(r'"(\w+)=\$', (INFRA / "subscribe-uploads.sh").read_text()))
    assert given <= set(parameters(MODULES / "event-grid.bicep"))


@pytest.mark.parametrize("path", sorted(INFRA.rglob("*.json")), ids=lambda path: path.stem)
def test_its_json_files_are_read(path: Path) -> None:
    assert json.loads(path.read_text())


def test_files_that_are_loaded_are_there() -> None:
    for path in FILES:
        for name in re.findall(r"loadTextContent\('([^']+)'", path.read_text()):
            assert (path.parent / name).exists()
