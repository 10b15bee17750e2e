"""The keys of computes and datastores."""

from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.keys import Key, Table
from shared.schemas.az_yaml.kinds import (
    AnyCase,
    Anything,
    Choice,
    Flag,
    Seconds,
    Secret,
    Text,
    Texts,
    Whole,
)

_COMMON = (
    SCHEMA,
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags."),
)
SCALE = Table(
    (
        Key("min_instances", Whole(0), "Kept and shown.", "minNodeCount", "0"),
        Key("max_instances", Whole(0), "The most instances of a job.", "maxNodeCount", "1"),
        Key(
            "idle_time_before_scale_down",
            Seconds(0),
            "Kept and shown.",
            "nodeIdleTimeBeforeScaleDown",
            "120",
        ),
    )
)
SSH = Table(
    (
        Key("admin_username", Text(), "Kept and shown."),
        Key("admin_password", Secret(), "Not sent."),
        Key("ssh_key_value", Secret(), "Not sent."),
    ),
    words="a mapping with admin_username",
)
NETWORK = Table(
    (
        Key("vnet_name", Text(), "Not sent."),
        Key("subnet", Text(), "Kept and shown."),
    ),
    words="a mapping with subnet",
)
TIERS = {"dedicated": "Dedicated", "low_priority": "LowPriority"}
COMPUTE = Table(
    (
        *_COMMON,
        Key("name", Text(), "Name of the compute.", is_required=True),
        Key(
            "type",
            AnyCase({"amlcompute": "AmlCompute"}, "Write amlcompute: jobs run on clusters."),
            "Clusters are the only ones.",
            is_required=True,
        ),
        Key("location", Text(), "Not needed."),
        Key("size", Text(), "Kept and shown.", "vmSize", "`Standard_DS3_v2`"),
        Key("tier", AnyCase(TIERS), "Kept and shown.", "vmPriority", "`dedicated`"),
        *SCALE.keys,
        Key("ssh_public_access_enabled", Flag(), "Kept and shown.", default="`false`"),
        Key("ssh_settings", SSH, "Kept and shown."),
        Key("network_settings", NETWORK, "Kept and shown."),
        Key("enable_node_public_ip", Flag(), "Kept and shown.", "enableNodePublicIp", "`true`"),
        Key("identity", Anything(), "Not needed."),
    ),
    words="a compute",
)
CREDENTIALS = Table(
    (
        Key("account_key", Secret(), "A key of the account."),
        Key("sas_token", Secret(), "A SAS for the container, or for the account."),
        Key("tenant_id", Text(), "Of a service principal.", "tenantId"),
        Key("client_id", Text(), "Of a service principal.", "clientId"),
        Key("client_secret", Secret(), "Of a service principal."),
        Key("access_key_id", Text(), "Of `amazon_s3`: the key's id.", "accessKeyId"),
        Key("secret_access_key", Secret(), "Of `amazon_s3`: the key itself."),
        Key("session_token", Secret(), "Of `amazon_s3`: of a key that lasts for a session."),
        Key("service_account_key", Secret(), "Of `google_cloud_storage`: the key file's text."),
        Key("authority_url", Text(), "Not needed."),
        Key("resource_url", Text(), "Not needed."),
    ),
    words="a mapping",
)
PROTOCOLS = {"https": "https", "wasbs": "wasbs", "http": "http", "abfss": "abfss"}
STORES = {
    "azure_blob": "AzureBlob",
    "azure_data_lake_gen2": "AzureDataLakeGen2",
    "amazon_s3": "AmazonS3",
    "google_cloud_storage": "GoogleCloudStorage",
}
DATASTORE = Table(
    (
        *_COMMON,
        Key("name", Text(), "Name of the datastore.", is_required=True),
        Key(
            "type",
            AnyCase(STORES, "Write azure_blob or azure_data_lake_gen2."),
            "Where it lies; the last two are ours, and are only read.",
            "datastoreType",
            is_required=True,
        ),
        Key("account_name", Text(), "The account, of the `azure_` types.", "accountName"),
        Key("container_name", Text(), "The container, of `azure_blob`.", "containerName"),
        Key("filesystem", Text(), "The container, of `azure_data_lake_gen2`.", "filesystem"),
        Key(
            "bucket", Text(), "The bucket, of `amazon_s3` and `google_cloud_storage`.", "bucketName"
        ),
        Key("region", Text(), "Of `amazon_s3`.", "region", "`us-east-1`"),
        Key(
            "endpoint",
            Text(),
            "The account's domain; of a bucket, a server that is not the cloud's own.",
            "endpoint",
            "`core.windows.net`",
        ),
        Key("protocol", Choice(PROTOCOLS), "How it is reached.", "protocol", "`https`"),
        Key(
            "credentials",
            CREDENTIALS,
            "What opens what is not in the service's own account; none: the service's identity, or "
            "a public bucket.",
        ),
        Key("properties", Texts(), "Properties of your own.", "properties"),
    ),
    words="a datastore",
)
