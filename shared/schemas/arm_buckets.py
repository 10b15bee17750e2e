"""Datastores that are buckets of other clouds, in ARM JSON: Azure ML has none, so they are ours.

They have the form of its other datastores. Secrets come in once, and are answered never.
"""

import json
import re

from shared.domain.datastore import CredentialsType, Datastore, OtherAccount, StoreKind
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.arm_credentials import OTHER_TYPES, TYPES, Requested
from shared.schemas.fields import Fields

GOOGLE = "https://storage.googleapis.com"
DEFAULT_REGION = "us-east-1"
NONE = CredentialsType.NONE
BY = {
    StoreKind.AMAZON_S3: CredentialsType.ACCESS_KEY,
    StoreKind.GOOGLE_STORAGE: CredentialsType.SERVICE_ACCOUNT_KEY,
}
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+|auto")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")


def read_bucket_name(properties: Fields) -> str:
    """Raises InvalidRequest for what neither cloud calls a bucket."""
    name = properties.required("bucketName", "my-bucket")
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise InvalidRequest(
            f"'{name[:100]}' is no bucket's name.",
            fix="Write the name alone, such as my-bucket.",
            target=properties.path("bucketName"),
        )
    return name


def read_bucket(kind: StoreKind, properties: Fields) -> Requested:
    """Where the bucket is, and what opens it; raises InvalidRequest."""
    region = _region(properties) if kind is StoreKind.AMAZON_S3 else ""
    endpoint = properties.text("endpoint").rstrip("/")
    credentials = properties.object("credentials")
    by = _credentials_type(credentials, BY[kind])
    is_key = by is CredentialsType.ACCESS_KEY
    account = OtherAccount(
        url=endpoint or (_amazon(region) if region else GOOGLE),
        account_name="",
        endpoint=endpoint,
        credentials=by,
        client=credentials.required("accessKeyId", "an access key's id") if is_key else "",
        region=region,
    )
    secret = _secret(credentials.object("secrets"), by)
    credentials.ignore("accessKeyId")
    credentials.refuse_others()
    return Requested(account, secret)


def write_bucket(datastore: Datastore, other: OtherAccount) -> JSON:
    """The part of a GET that says where the bucket is, and how it is reached; no secret."""
    shown = {"credentialsType": str(other.credentials)}
    if other.client:
        shown["accessKeyId"] = other.client
    where = {"region": other.region} if other.region else {}
    return {
        "bucketName": datastore.container,
        **where,
        "endpoint": other.endpoint,
        "credentials": shown,
    }


def _credentials_type(credentials: Fields, own: CredentialsType) -> CredentialsType:
    named = credentials.choice("credentialsType", {**TYPES, **OTHER_TYPES}) or NONE
    if named not in (NONE, own):
        raise InvalidRequest(
            f"'{credentials.path('credentialsType')}' is '{named}', which opens no such bucket.",
            fix=f"Use {own}, or {NONE} for a public one.",
            target=credentials.path("credentialsType"),
        )
    return CredentialsType(named)


def _region(properties: Fields) -> str:
    region = properties.text("region") or DEFAULT_REGION
    if not _REGION.fullmatch(region):
        raise InvalidRequest(
            f"'{region[:100]}' is no region.",
            fix="Write its code, such as eu-west-1.",
            target=properties.path("region"),
        )
    return region


def _amazon(region: str) -> str:
    return f"https://s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def _secret(secrets: Fields, by: CredentialsType) -> str:
    """As it is sealed: JSON. Empty where none was sent: then an earlier one counts."""
    secrets.ignore("secretsType")
    secret = ""
    if by is CredentialsType.ACCESS_KEY and (own := secrets.text("secretAccessKey").strip()):
        secret = json.dumps({"secret": own, "session_token": secrets.text("sessionToken").strip()})
    if by is CredentialsType.SERVICE_ACCOUNT_KEY:
        secret = _key_file(secrets)
    secrets.ignore("secretAccessKey", "sessionToken", "serviceAccountKey")
    secrets.refuse_others()
    return secret


def _key_file(secrets: Fields) -> str:
    text = secrets.text("serviceAccountKey").strip()
    if not text:
        return ""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    wanted = ("client_email", "private_key", "private_key_id")
    if not isinstance(found, dict) or not all(isinstance(found.get(one), str) for one in wanted):
        raise InvalidRequest(
            f"'{secrets.path('serviceAccountKey')}' is no key of a service account.",
            fix="Give the text of the JSON file that Google hands out, with client_email, "
            "private_key and private_key_id.",
            target=secrets.path("serviceAccountKey"),
        )
    return json.dumps({one: found[one] for one in wanted})
