"""The app's settings: environment variables, read once and checked."""

import os
import re
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NonNegativeInt, PositiveInt

from shared.domain.role import Role

ML_AUDIENCE = "https://ml.azure.com"
ARM_AUDIENCE = "https://management.azure.com"
ROLES = tuple(role.name.lower() for role in Role)
IDENTITY = re.compile(r"[a-z0-9][a-z0-9-]*")


def _split_text(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _split(value: object) -> object:
    return _split_text(value) if isinstance(value, str) else value


def _assignments(value: object) -> object:
    """Raises ValueError for the first part that is not `<id>=<role>`."""
    if not isinstance(value, str):
        return value
    assigned: dict[str, str] = {}
    for part in _split_text(value):
        name, _, role = (side.strip().lower() for side in part.partition("="))
        if not IDENTITY.fullmatch(name) or role not in ROLES:
            raise ValueError(
                f"'{part[:200]}' is no role assignment. "
                f"Write <object id, group id or app id>=<one of {', '.join(ROLES)}>."
            )
        if assigned.setdefault(name, role) != role:
            raise ValueError(f"'{name}' is given two roles. Give it one; each includes the lower.")
    return assigned


class DurableUrls(StrEnum):
    """Who is handed the Durable HTTP API's URLs, with the task hub's key in them."""

    CONTRIBUTORS = "contributors"
    EVERYONE = "everyone"


class Settings(BaseModel):
    """Every setting there is. A field's environment variable is its name in upper case.

    Durations are in seconds. Raises pydantic's ValidationError, naming the setting.
    """

    model_config = ConfigDict(frozen=True)

    storage_connection_string: str = ""
    """Where the app keeps everything. Empty: `storage_account_url` with a managed identity."""

    storage_account_url: str = ""

    default_datastore: str = "workspaceblobstore"
    default_container: str = "azureml-blobstore"

    auth_issuer: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    """The `iss`s a token may have, comma separated: https://login.microsoftonline.com/<tenant>/v2.0
    and https://sts.windows.net/<tenant>/ are Entra's two for one tenant."""

    auth_audiences: Annotated[tuple[str, ...], BeforeValidator(_split)] = (
        ML_AUDIENCE,
        ARM_AUDIENCE,
    )
    """The `aud`s a token may have, comma separated."""

    auth_jwks_url: str = ""
    """The issuers' keys. Empty: as each one's OpenID configuration says."""

    auth_tenant: str = ""
    """The `tid` a token must have. Empty: any that the issuers name."""

    role_assignments: Annotated[dict[str, str], BeforeValidator(_assignments)] = Field(
        default_factory=dict
    )
    """Roles beyond those in the tokens: `<id of a user, group or application>=<role>`, comma
    separated. Tokens for Azure's own audiences carry no app roles of this service."""

    public_url: str = ""
    """The base of every absolute URL handed out. Empty: the request's own."""

    durable_urls: DurableUrls = DurableUrls.CONTRIBUTORS
    """`contributors`, or `everyone` who invokes: clients that follow jobs without a token, such as
    Azure Data Factory and Logic Apps. The key in these URLs opens every job."""

    subscription_id: str = "00000000-0000-0000-0000-000000000000"
    resource_group: str = "local"
    workspace_name: str = "local"
    location: str = "local"

    scratch_folder: Path = Path(tempfile.gettempdir()) / "batch-endpoints"
    """Downloads, models and rows on their way: on a local disk."""

    scorer_idle_s: PositiveInt = 300
    """After this time without work a warm scorer process leaves."""

    scorer_processes: NonNegativeInt = 0
    """The most scorer processes of one deployment on this machine; 0: as its settings say."""

    scorer_memory_mb: NonNegativeInt = 0
    """The most memory of one scorer process and its children; 0: no limit."""

    scorer_writable_folders: Annotated[tuple[Path, ...], BeforeValidator(_split)] = ()
    """Folders that scripts may write into besides their own and the temporary ones: a mounted
    share, say; comma separated."""

    scorer_hidden_folders: Annotated[tuple[Path, ...], BeforeValidator(_split)] = ()
    """Folders, or files, that neither scripts and models nor builds of environments may read,
    but for what is their own in there; comma separated. `./run serve` hides its state."""

    environments_mb: NonNegativeInt = 20_000
    """The disk that built environments may take before unused ones go; 0: no limit."""

    environment_unused_s: PositiveInt = 7 * 24 * 3600
    """An environment goes only after this time without work: longer than any run() may take."""

    environment_build_limit_s: PositiveInt = 1800
    """The longest that building one environment may take."""

    downloads_at_once: Annotated[PositiveInt, Field(le=256)] = 32

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; an empty variable counts as not set."""
        given = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if environment.get(name.upper())
        }
        return cls.model_validate(given)
