"""The app's settings: environment variables, read once and checked."""

import os
import re
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
)

from shared.domain.collector import OTLP, collector_address, spoken_protocol
from shared.domain.role import Role
from shared.elsewhere_settings import ElsewhereSettings
from shared.housekeeping_settings import HousekeepingSettings
from shared.scorer_settings import ScorerSettings
from shared.setting_texts import split, split_text

ML_AUDIENCE = "https://ml.azure.com"
ARM_AUDIENCE = "https://management.azure.com"
ROLES = tuple(role.name.lower() for role in Role)
HOST_STORAGE = "AzureWebJobsStorage"
IDENTITY = re.compile(r"[a-z0-9][a-z0-9-]*")


def _assignments(value: object) -> object:
    """Raises ValueError for the first part that is not `<id>=<role>`."""
    if not isinstance(value, str):
        return value
    assigned: dict[str, str] = {}
    for part in split_text(value):
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


class InboxTrigger(StrEnum):
    """How the blob trigger of the inboxes learns of uploads."""

    POLLED = "polled"
    EVENT_GRID = "event_grid"


class Settings(HousekeepingSettings, ElsewhereSettings, ScorerSettings):
    """Every setting there is. A field's environment variable is its name in upper case.

    Durations are in seconds. Raises pydantic's ValidationError, naming the setting.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    storage_connection_string: str = ""
    """Where the app keeps everything. Empty: `storage_account_url` with a managed identity."""

    storage_account_url: str = ""

    default_datastore: str = "workspaceblobstore"
    default_container: str = "azureml-blobstore"

    auth_issuer: Annotated[tuple[str, ...], BeforeValidator(split)] = ()
    """The `iss`s a token may have, comma separated: https://login.microsoftonline.com/<tenant>/v2.0
    and https://sts.windows.net/<tenant>/ are Entra's two for one tenant."""

    auth_audiences: Annotated[tuple[str, ...], BeforeValidator(split)] = (
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

    public_openapi: bool = False
    """Whether `/openapi.json` needs no token: on a local machine it does not."""

    studio_links_url: str = ""
    """Where the codes of one-use sign-in links are redeemed: `./run serve` says it."""

    studio_client_id: str = ""
    """The Entra application by which people sign in to the Studio. Empty: not by Entra."""

    studio_client_secret: str = ""
    """That application's secret."""

    studio_scope: str = ""
    """What its tokens are for. Empty: `<the first of AUTH_AUDIENCES>/.default`."""

    studio_app_service: bool = False
    """Whether App Service authentication stands in front, and signs people in."""

    studio_command: str = ""
    """What makes a sign-in link, shown to who is not signed in."""

    studio_token_command: str = ""
    """What prints a token, shown there too."""

    subscription_id: str = "00000000-0000-0000-0000-000000000000"
    resource_group: str = "local"
    workspace_name: str = "local"
    location: str = "local"

    scratch_folder: Path = Path(tempfile.gettempdir()) / "batch-endpoints"
    """Downloads, models and rows on their way: on a local disk."""

    environments_mb: NonNegativeInt = 20_000
    """The disk that built environments may take before unused ones go; 0: no limit."""

    environments_spare_mb: NonNegativeInt = 100
    """What environments leave free on their disk, for models and mini-batches."""

    environments_folder: Path | None = None
    """Where environments lie: a mounted share, or those that were baked into an image; made if
    missing. If it cannot be written to, others are built in the scratch folder. Empty: all are."""

    environment_unused_s: PositiveInt = 7 * 24 * 3600
    """An environment goes only after this time without work: longer than any run() may take."""

    environment_build_limit_s: PositiveInt = 1800
    """The longest that building one environment may take."""

    inbox_trigger: InboxTrigger = InboxTrigger.POLLED
    """`event_grid` on plans that do not poll, such as Flex Consumption."""

    inbox_connection: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:-]*$")] = HOST_STORAGE
    """The name of the setting that connects the blob trigger of the inboxes: to the account of the
    data, where that is not the host's. STORAGE_CONNECTION_STRING, or a name of your own with a
    managed identity: <name>__blobServiceUri and <name>__queueServiceUri."""

    sweep_schedule: str = "0 * * * * *"
    """When watched folders are looked at for what no event told: an NCRONTAB expression."""

    webhook_retry_s: Annotated[tuple[PositiveInt, ...], BeforeValidator(split)] = (
        *(5, 300, 1800),
        *(hours * 3600 for hours in (2, 5, 10, 5)),
    )
    """The waits between attempts to call a webhook, comma separated; none after a day."""

    webhook_timeout_s: Annotated[PositiveInt, Field(le=60)] = 15

    delivery_log_days: Annotated[PositiveInt, Field(le=3650)] = 30
    """How long the log of webhooks' deliveries is kept, and what was delivered can be again."""

    event_grid_topic_endpoint: str = ""
    """An Event Grid topic for CloudEvents that hears of every job: https://.../api/events."""

    event_grid_topic_key: str = ""
    """Its access key. Empty: the app's managed identity."""

    instance_price_per_hour: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """What an instance costs for an hour, in any currency: samples tell what the whole input would
    cost. 0: nobody says."""

    downloads_at_once: Annotated[PositiveInt, Field(le=256)] = 32

    rows_readable_after_s: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 10.0
    """How long rows of a bundle wait before they are written a second time, to be read while the
    job runs; those of a shard that is closed by then are not."""

    otel_exporter_otlp_endpoint: Annotated[str, AfterValidator(collector_address)] = ""
    """Where telemetry is sent by OTLP: http://127.0.0.1:4318, say. Empty: nowhere."""

    otel_exporter_otlp_protocol: Annotated[str, AfterValidator(spoken_protocol)] = OTLP
    """The one that is spoken: http/protobuf."""

    otel_sdk_disabled: bool = False
    """Whether nothing is sent, whatever the addresses say."""

    applicationinsights_connection_string: str = ""
    """The Application Insights that telemetry is sent to. Empty: none."""

    @property
    def sends_telemetry(self) -> bool:
        address = self.otel_exporter_otlp_endpoint or self.applicationinsights_connection_string
        return bool(address) and not self.otel_sdk_disabled

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; an empty variable counts as not set."""
        values = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if environment.get(name.upper())
        }
        return cls.model_validate(values)
