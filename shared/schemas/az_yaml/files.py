"""What a YAML file says, once it is read: bodies in ARM JSON, and what must be uploaded first.

Nothing here asks the network. An asset that is written inline, or lies on this machine, is an
`AssetFile` or a `LocalPath`; whoever puts the body makes a reference of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shared.domain.message import JSON
from shared.schemas.az_yaml.nodes import FLAGS, Position

type AssetKind = Literal["models", "data", "codes", "environments"]
"""By the collection that REST has it in."""


@dataclass(frozen=True)
class LocalPath:
    """A file or folder of this machine, absolute, that was there when the file was read."""

    path: Path
    position: Position = FLAGS


@dataclass(frozen=True)
class AssetFile:
    """An asset to be registered; `body` lacks its address only.

    `name` and `version` are '' when the file leaves them out. `path` is what the asset consists
    of: local, a URI, or None for an environment. `position` is where errors about it belong.
    """

    kind: AssetKind
    name: str
    version: str
    body: JSON
    path: LocalPath | str | None = None
    position: Position = FLAGS


@dataclass(frozen=True)
class DeploymentFile:
    """`body` lacks the model, the code and the environment.

    `endpoint` is '' when the file does not say it; `scoring_script` is a path inside `code`, which
    is '' when there is none. `compute` is a reference or a name.
    """

    endpoint: str
    name: str
    body: JSON
    model: AssetFile | str | None
    code: LocalPath | str
    scoring_script: str
    environment: AssetFile | str | None
    compute: str
    position: Position


@dataclass(frozen=True)
class EndpointFile:
    """`deployments` and `traffic` are the 2021 preview's; `traffic` is {deployment: 0 or 100}.

    The body names no default deployment: it may not be there yet. `default` does, whichever
    generation the file is of.
    """

    name: str
    body: JSON
    deployments: tuple[DeploymentFile, ...] = ()
    traffic: dict[str, int] = field(default_factory=dict[str, int])
    default: str = ""


@dataclass(frozen=True)
class ResourceFile:
    """A compute or a datastore: its name, and the body to put, which may hold a secret."""

    name: str
    body: JSON = field(repr=False)


@dataclass(frozen=True)
class InvocationPath:
    """One input or output of an invocation: `kind` is uri_folder, uri_file or ''.

    `choice` says which files of an input count, in ARM JSON.
    """

    name: str
    kind: str
    path: LocalPath | str
    position: Position
    choice: JSON = field(default_factory=dict[str, JSON])


@dataclass(frozen=True)
class InvocationFile:
    """`overrides` are the job's own settings, in ARM JSON; `deployment` '' is the default."""

    inputs: tuple[InvocationPath, ...]
    outputs: tuple[InvocationPath, ...]
    overrides: JSON
    deployment: str = ""


@dataclass(frozen=True)
class WatchFile:
    """`endpoint` is '' when the file does not say it."""

    endpoint: str
    name: str
    body: JSON


@dataclass(frozen=True)
class ScheduleFile:
    """`body` lacks the action: an endpoint and its invocation, or `source_job`, one to repeat."""

    name: str
    body: JSON
    source_job: str = ""
    endpoint: str = ""
    invocation: InvocationFile | None = None


@dataclass(frozen=True)
class WebhookFile:
    """A webhook: its name, its endpoint's, and the body to put."""

    name: str
    endpoint: str
    body: JSON
