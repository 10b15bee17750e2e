"""Models, data and environments, in files of their own or inline in a deployment's."""

from pathlib import Path

from shared.domain.message import JSON
from shared.schemas.az_yaml import asset_keys
from shared.schemas.az_yaml.addresses import address, is_remote, local_path
from shared.schemas.az_yaml.document import YamlDocument, load_file
from shared.schemas.az_yaml.files import AssetFile, AssetKind, LocalPath
from shared.schemas.az_yaml.keys import Given, Table
from shared.schemas.az_yaml.nodes import Node, refusal

MLMODEL = "MLmodel"
TABLES: dict[AssetKind, Table] = {
    "models": asset_keys.MODEL,
    "data": asset_keys.DATA,
    "environments": asset_keys.ENVIRONMENT,
}


def asset_spec(document: YamlDocument, kind: AssetKind) -> AssetFile:
    """Read an asset's own file. Raises InvalidRequest; a name is the caller's to ask for."""
    return asset_of(TABLES[kind].read(document.root), document.base, kind)


def asset_of(given: Given, base: Path, kind: AssetKind) -> AssetFile:
    """An asset that was read by its table. Raises InvalidRequest."""
    body = TABLES[kind].wire(given)
    if kind == "environments":
        path, more = None, _environment(given, base)
    elif kind == "data":
        path, more = _data(given, base)
    else:
        path = _path(given, base)
        more = _model(given, path)
    return AssetFile(
        kind,
        given.text("name"),
        given.text("version"),
        {"properties": body | more},
        path,
        given.node.position,
    )


def asset_at(path: LocalPath, kind: AssetKind) -> AssetFile:
    """An asset of which a path is all that is said: a YAML file about it, or the thing itself.

    Raises InvalidRequest.
    """
    is_yaml = path.path.suffix in {".yml", ".yaml"} and path.path.is_file()
    document = load_file(path.path) if is_yaml else None
    if kind == "environments" and (document is None or "dependencies" in document.root.entries):
        body = {"properties": {"condaFile": _text_of(path), "osType": "Linux"}}
        return AssetFile(kind, "", "", body, None, path.position)
    if document is not None:
        return asset_spec(document, kind)
    return AssetFile(
        kind, "", "", {"properties": {"modelType": _type_of(path)}}, path, path.position
    )


def _path(given: Given, base: Path) -> LocalPath | str:
    key = given.one_of("path", "local_path")
    if not key:
        raise refusal(
            given.node.position,
            f"'{given.key('path')}' is missing.",
            "Write a path of this machine, a URL or azureml://datastores/<datastore>/paths/<path>.",
            given.key("path"),
        )
    return address(given.at(key), base, given.key(key))


def _model(given: Given, path: LocalPath | str) -> dict[str, JSON]:
    is_said = given.one_of("type", "model_format")
    return {} if is_said else {"modelType": _type_of(path)}


def _type_of(path: LocalPath | str) -> str:
    """A folder with an MLmodel file is MLflow's, though nothing says so."""
    is_mlflow = isinstance(path, LocalPath) and (path.path / MLMODEL).is_file()
    return "mlflow_model" if is_mlflow else "custom_model"


def _data(given: Given, base: Path) -> tuple[LocalPath | str, dict[str, JSON]]:
    if given.one_of("path", "local_path", "paths") == "paths":
        return _old_paths(given, base)
    path = _path(given, base)
    kind = given.get("type", "uri_folder")
    if isinstance(path, LocalPath):
        found = "uri_file" if path.path.is_file() else "uri_folder"
        if given.get("type", found) != found:
            raise refusal(
                given.at("type").position,
                f"'{given.key('type')}' is '{kind}', but '{path.path}' is none.",
                f"Write {found}.",
                given.key("type"),
            )
        kind = found
    return path, {"dataType": kind}


def _old_paths(given: Given, base: Path) -> tuple[LocalPath | str, dict[str, JSON]]:
    """2021: a list of `folder:` and `file:`, of which there may be one."""
    paths: list[Given] = given.get("paths")
    if len(paths) != 1 or not (key := paths[0].one_of("folder", "file")):
        raise refusal(
            given.at("paths").position,
            f"'{given.key('paths')}' has {len(paths)} elements, or one without a path.",
            "Write one, 'folder: <path>', or put the files into one folder.",
            given.key("paths"),
        )
    path = address(paths[0].at(key), base, paths[0].key(key))
    return path, {"dataType": f"uri_{key}"}


def _environment(given: Given, base: Path) -> dict[str, JSON]:
    docker: Given | None = given.get("docker")
    image = given.text("image") or (docker.text("image") if docker else "")
    conda = _conda(given, base)
    if not image and not conda:
        raise refusal(
            given.node.position,
            f"'{given.key('conda_file')}' is missing.",
            "Write the path of a conda file, or its content.",
            given.key("conda_file"),
        )
    body = {"image": image, "condaFile": conda, "osType": given.get("os_type", "Linux")}
    return {name: value for name, value in body.items() if value}


def _conda(given: Given, base: Path) -> JSON:
    conda = given.get("conda_file", "")
    if isinstance(conda, dict) or not conda:
        return conda
    key, node = given.key("conda_file"), given.at("conda_file")
    return _text_of(local_path(node, _folder_of(given, node, base), key, wanted="file"))


def _folder_of(given: Given, conda_file: Node, base: Path) -> Path:
    """2021: a conda file is looked for in `path`, and beside the YAML file."""
    text = given.text("path")
    if not text or is_remote(text):
        return base
    folder = local_path(given.at("path"), base, given.key("path")).path
    name = conda_file.text.removeprefix("file:")
    return folder if (folder / name).is_file() or not (base / name).is_file() else base


def _text_of(file: LocalPath) -> str:
    try:
        return file.path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(
            file.position, f"'{file.path}' cannot be read: {error}.", "Name a text file in UTF-8."
        ) from None
