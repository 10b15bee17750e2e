"""What a job reads, from invoke's flags of all generations: one address, and its type.

2021        --input-data azureml:n:v | --input-datastore azureml:ds --input-path p
--input-path URL | folder:URL | file:URL | --input-local-path p
today       --input URL, reference or path [--input-type uri_folder | uri_file]
"""

from dataclasses import dataclass
from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.service import Service
from cli.errors import UsageError
from cli.uploads.upload_folder import upload_folder
from cli.uploads.upload_manifest import upload_manifest
from shared.schemas.az_yaml.addresses import is_remote
from shared.schemas.az_yaml.files import InvocationPath, LocalPath

FOLDER, FILE = "UriFolder", "UriFile"
TYPES = {"uri_folder": FOLDER, "uri_file": FILE}
PREFIXES = {"folder:": FOLDER, "file:": FILE}
DATASTORE = "azureml://datastores/{name}/paths/{path}"

log = get_logger(__name__)


@dataclass(frozen=True)
class InputFlags:
    """As they were written; '' for those that were not. The service is asked for nothing."""

    input: str = ""
    input_type: str = ""
    input_data: str = ""
    input_datastore: str = ""
    input_path: str = ""
    input_local_path: str = ""

    def one(self) -> tuple[str, str] | None:
        """The address or local path, and its type if something says it. Raises UsageError."""
        written = {
            "--input": self.input,
            "--input-data": self.input_data,
            "--input-path": self.input_path,
            "--input-local-path": self.input_local_path,
        }
        flags = [flag for flag, value in written.items() if value]
        if len(flags) > 1:
            raise UsageError(f"{' and '.join(flags)} both name an input.", fix="Write one.")
        if not flags:
            self._refuse_leftovers()
            return None
        value, kind = self._address(flags[0], written[flags[0]])
        return value, self._type() or kind

    def _address(self, flag: str, value: str) -> tuple[str, str]:
        if flag == "--input-data":
            return asset_reference(value, flag), ""
        if flag != "--input-path":
            return value, ""
        if self.input_datastore:
            path = value.removeprefix("folder:").removeprefix("file:").strip("/")
            return datastore_path(self.input_datastore, path), self._prefix(value)[1]
        return self._prefix(value)

    def _prefix(self, value: str) -> tuple[str, str]:
        for prefix, kind in PREFIXES.items():
            if value.startswith(prefix):
                return value.removeprefix(prefix), kind
        return value, ""

    def _type(self) -> str:
        known = TYPES | {wire.lower(): wire for wire in TYPES.values()}
        if self.input_type and self.input_type.lower() not in known:
            raise UsageError(
                f"--input-type '{self.input_type}' is no type of an input.",
                fix="Write uri_folder or uri_file.",
            )
        return known.get(self.input_type.lower(), "")

    def _refuse_leftovers(self) -> None:
        if self.input_datastore:
            raise UsageError("--input-datastore needs a path in it.", fix="Write --input-path.")


def input_body(service: Service, value: str, kind: str, *, is_manifest: bool = False) -> JSON:
    """An input as the service reads it: what is local is uploaded first. Raises CommandError.

    With a manifest go the files beside it that it names.
    """
    if is_remote(value):
        return {"jobInputType": kind or FOLDER, "uri": value}
    path = Path(value.removeprefix("file:")).expanduser()
    if not path.exists():
        raise UsageError(
            f"'{value}' is neither an address nor a path of this machine.",
            fix="Write azureml:<data>:<version>, azureml://datastores/<datastore>/paths/<path>, "
            "a URL, or a file or folder that is there.",
        )
    return _uploaded(service, path, kind, is_manifest=is_manifest)


def job_input_body(service: Service, one: InvocationPath, *, is_manifest: bool = False) -> JSON:
    """An input that a file or `--inputs` names."""
    if isinstance(one.path, LocalPath):
        is_manifest = is_manifest or one.choice.get("manifest") is True
        return _uploaded(service, one.path.path, one.kind, is_manifest=is_manifest) | one.choice
    return {"jobInputType": one.kind or FOLDER, "uri": one.path, **one.choice}


def datastore_path(datastore: str, path: str) -> str:
    """A path in a datastore that is named in any of the ways az takes."""
    if datastore.lower().startswith("azureml://"):
        return f"{datastore.rstrip('/')}/{path}" if path else datastore
    name = datastore.removeprefix("azureml:").rstrip("/").rpartition("/")[2]
    return DATASTORE.format(name=name, path=path)


def asset_reference(value: str, flag: str) -> str:
    if is_remote(value):
        return value
    raise UsageError(
        f"{flag} '{value}' does not name a data asset.",
        fix=f"Did you mean azureml:{value}?"
        if ":" in value or "@" in value
        else f"Write azureml:{value}:<version>; a path goes to --input-local-path.",
    )


def _uploaded(service: Service, path: Path, kind: str, *, is_manifest: bool) -> JSON:
    found = FILE if path.is_file() else FOLDER
    if kind and kind != found:
        words = {wire: word for word, wire in TYPES.items()}
        raise UsageError(
            f"'{path}' is not of the type {words.get(kind, kind)}.",
            fix=f"Use the type {words[found]}.",
        )
    if is_manifest and found == FILE:
        return {"jobInputType": found, "uri": upload_manifest(service, path)}
    return {"jobInputType": found, "uri": upload_folder(service, path, kind="data").uri}
