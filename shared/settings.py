"""The app's settings: environment variables, read once and checked."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NonNegativeInt, PositiveInt

ML_AUDIENCE = "https://ml.azure.com"
ARM_AUDIENCE = "https://management.azure.com"


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


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

    auth_issuer: str = ""
    """The `iss` a token must have, such as https://login.microsoftonline.com/<tenant>/v2.0."""

    auth_audiences: Annotated[tuple[str, ...], BeforeValidator(_split)] = (
        ML_AUDIENCE,
        ARM_AUDIENCE,
    )
    """The `aud`s a token may have, comma separated."""

    auth_jwks_url: str = ""
    """The issuer's keys. Empty: as its OpenID configuration says."""

    public_url: str = ""
    """The base of every absolute URL handed out. Empty: the request's own."""

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
