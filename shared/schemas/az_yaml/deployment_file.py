"""A deployment's file, of 2021 or of today, to the body that is put and the assets it needs."""

from pathlib import Path

from shared.domain.message import JSON
from shared.schemas.az_yaml import deployment_keys as keys
from shared.schemas.az_yaml.addresses import asset_or_local, check_version, is_remote, local_path
from shared.schemas.az_yaml.asset_file import asset_at, asset_of
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import AssetFile, AssetKind, DeploymentFile, LocalPath
from shared.schemas.az_yaml.keys import Given, Table
from shared.schemas.az_yaml.nodes import Node, refusal
from shared.schemas.az_yaml.settings_keys import RETRY


def deployment_spec(document: YamlDocument) -> DeploymentFile:
    """Raises InvalidRequest, with the position."""
    return deployment_of(document.root, document.base)


def deployment_changes(document: YamlDocument) -> DeploymentFile:
    """A deployment of which anything may be left out. Raises InvalidRequest."""
    return deployment_of(document.root, document.base, is_partial=True)


def body_with_assets(file: DeploymentFile, *, model: str, code: str, environment: str) -> JSON:
    """The body to put: its assets by ids or `azureml:` references; '' for what it does without."""
    more: dict[str, JSON] = {}
    if model:
        more["model"] = {"referenceType": "Id", "assetId": model}
    if code:
        more["codeConfiguration"] = {"codeId": code, "scoringScript": file.scoring_script}
    if environment:
        more["environmentId"] = environment
    if file.compute:
        more["compute"] = file.compute
    return {**file.body, "properties": file.body["properties"] | more}


def deployment_of(
    node: Node, base: Path, path: str = "", *, is_partial: bool = False
) -> DeploymentFile:
    """A deployment that a node holds; `path` is its key in the file. Raises InvalidRequest."""
    is_model = (kind := node.entries.get("type")) is not None and not kind.is_empty
    table = keys.MODEL if is_model else keys.CLASSIC
    given = (table.partial() if is_partial else table).read(node, path)
    settings: Given = given.get("settings", Given(node)) if is_model else given
    code, script = _code(given, base)
    return DeploymentFile(
        endpoint=given.text("endpoint_name"),
        name=given.text("name"),
        body=_body(table, given, settings),
        model=_asset(given, "model", "models", base),
        code=code,
        scoring_script=script,
        environment=_asset(given, "environment", "environments", base),
        compute=_compute(given),
        position=node.position,
    )


def _body(table: Table, given: Given, settings: Given) -> JSON:
    properties = table.wire(given)
    tags = properties.pop("tags", {})
    if settings is not given:
        of_settings: Table = next(key.kind for key in table.keys if key.name == "settings")  # type: ignore[assignment]  # the table says so
        properties |= of_settings.wire(settings)
    if retry := settings.get("retry_settings"):
        properties["retrySettings"] = RETRY.wire(retry)
    if resources := _resources(given, settings):
        properties["resources"] = resources
    return {"tags": tags, "properties": properties}


def _resources(given: Given, settings: Given) -> JSON:
    resources: Given | None = given.get("resources")
    compute = given.get("compute")
    body = keys.RESOURCES.wire(resources) if resources else {}
    others = [one for one in (settings, compute) if isinstance(one, Given) and one is not given]
    for other in others:
        if (count := other.get("instance_count")) is None:
            continue
        if "instanceCount" in body:
            raise refusal(
                other.at("instance_count").position,
                f"'{other.key('instance_count')}' and '{given.key('resources.instance_count')}' "
                "say the same.",
                "Write one of them.",
                other.key("instance_count"),
            )
        body["instanceCount"] = count
    return body


def _asset(given: Given, key: str, kind: AssetKind, base: Path) -> AssetFile | str | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, Given):
        return _inline(value, base, kind)
    noun = "model" if kind == "models" else "environment"
    found = asset_or_local(given.at(key), base, given.key(key), noun)
    return asset_at(found, kind) if isinstance(found, LocalPath) else found


def _inline(given: Given, base: Path, kind: AssetKind) -> AssetFile | str:
    """An asset that is written inline; with a name and a version only, it is a reference."""
    is_name_only = set(given.values) <= {"name", "version"} and given.text("name")
    if is_name_only and given.text("version"):
        return f"azureml:{given.text('name')}:{given.text('version')}"
    return asset_of(given, base, kind)


def _code(given: Given, base: Path) -> tuple[LocalPath | str, str]:
    configuration: Given | None = given.get("code_configuration")
    if configuration is None:
        return "", ""
    for key in ("code", "scoring_script"):
        if not configuration.get(key):
            raise refusal(
                configuration.node.position,
                f"'{configuration.key(key)}' is missing.",
                "Write the script's folder in code, and its file's name in scoring_script.",
                configuration.key(key),
            )
    script = configuration.text("scoring_script").removeprefix("file:").removeprefix("./")
    code = _folder(configuration, base)
    if isinstance(code, LocalPath):
        _check_script(configuration, code, script)
    return code, script


def _folder(configuration: Given, base: Path) -> LocalPath | str:
    node, key = configuration.at("code"), configuration.key("code")
    if isinstance(configuration.get("code"), Given):
        node, key = node.entries["local_path"], f"{key}.local_path"
    check_version(node, key)
    return node.text if is_remote(node.text) else local_path(node, base, key, wanted="folder")


def _check_script(configuration: Given, code: LocalPath, script: str) -> None:
    if not (code.path / script).is_file():
        scripts = sorted(one.name for one in code.path.glob("*.py"))
        raise refusal(
            configuration.at("scoring_script").position,
            f"'{configuration.key('scoring_script')}' is '{script}', which is not in {code.path}.",
            f"Name one of its files: {', '.join(scripts) or 'there is no .py file in it'}.",
            configuration.key("scoring_script"),
        )


def _compute(given: Given) -> str:
    compute = given.get("compute", "")
    return compute.text("target") if isinstance(compute, Given) else str(compute)
