"""The account and the credentials of a datastore that lies elsewhere, in ARM JSON.

Secrets come in once, and are answered never.
"""

from dataclasses import dataclass

from shared.domain.datastore import ENDPOINT_SUFFIX, CredentialsType, OtherAccount
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.fields import Fields

TYPES = {
    str(one): one
    for one in (
        CredentialsType.NONE,
        CredentialsType.ACCOUNT_KEY,
        CredentialsType.SAS,
        CredentialsType.SERVICE_PRINCIPAL,
    )
}
OTHER_TYPES = {name: name for name in ("Certificate", "AccessKey", "ServiceAccountKey")}
SECRET_OF = {
    CredentialsType.ACCOUNT_KEY: "key",
    CredentialsType.SAS: "sasToken",
    CredentialsType.SERVICE_PRINCIPAL: "clientSecret",
}
PROTOCOLS = {name: name for name in ("https", "http", "wasbs", "abfss")}


@dataclass(frozen=True)
class Requested:
    """An account as it was asked for; the secret has no place in what is printed."""

    account: OtherAccount
    secret: str = ""

    def __repr__(self) -> str:
        return f"Requested({self.account!r})"


def read_other_account(properties: Fields) -> Requested:
    """Raises InvalidRequest for what is no account, and for credentials that cannot be used."""
    name = properties.required("accountName", "myaccount")
    endpoint = properties.text("endpoint").lower()
    protocol = properties.choice("protocol", PROTOCOLS) or "https"
    credentials = properties.object("credentials")
    by = _credentials_type(credentials)
    secret = _secret(credentials, by)
    principal = by is CredentialsType.SERVICE_PRINCIPAL
    account = OtherAccount(
        url=_url(name, endpoint, protocol, properties.path("accountName")),
        account_name=name,
        endpoint=endpoint,
        protocol=protocol,
        credentials=by,
        tenant=credentials.required("tenantId", "a tenant's id") if principal else "",
        client=credentials.required("clientId", "an application's id") if principal else "",
    )
    credentials.ignore("authorityUrl", "resourceUrl", "tenantId", "clientId")
    credentials.refuse_others()
    return Requested(account, secret)


def write_credentials(account: OtherAccount) -> JSON:
    """The `credentials` of a GET: how the account is reached, and no secret."""
    shown = {"credentialsType": str(account.credentials)}
    if account.credentials is CredentialsType.SERVICE_PRINCIPAL:
        shown |= {"tenantId": account.tenant, "clientId": account.client}
    return shown


def _credentials_type(credentials: Fields) -> CredentialsType:
    named = credentials.choice("credentialsType", {**TYPES, **OTHER_TYPES})
    if named in OTHER_TYPES:
        raise InvalidRequest(
            f"The credentials '{named}' are not supported.",
            fix=f"Use one of: {', '.join(TYPES)}.",
            target=credentials.path("credentialsType"),
        )
    return CredentialsType(named) if named else CredentialsType.NONE


def _secret(credentials: Fields, by: CredentialsType) -> str:
    """Empty where none was sent: then an earlier one counts."""
    secrets = credentials.object("secrets")
    secrets.ignore("secretsType")
    secret = secrets.text(SECRET_OF[by]).strip() if by in SECRET_OF else ""
    secrets.ignore(*SECRET_OF.values())
    secrets.refuse_others()
    if ";" in secret:
        raise InvalidRequest(
            f"'{secrets.path(SECRET_OF[by])}' is none: it has a semicolon in it.",
            fix="Give the key or the token alone, not a connection string.",
            target=secrets.path(SECRET_OF[by]),
        )
    return secret


def _url(name: str, endpoint: str, protocol: str, target: str) -> str:
    """What the URLs of the account's blobs begin with.

    An emulator's `accountName` is its address, with the account behind it, as clients take ours.
    """
    scheme = "http" if protocol == "http" else "https"
    address = name.rstrip("#?/").lower()
    if "@" in address or "?" in address or "#" in address:
        raise InvalidRequest(
            f"'{address.rpartition('@')[2].partition('?')[0][:200]}' is no account's name.",
            fix="Write the name alone: credentials have fields of their own.",
            target=target,
        )
    if "://" in address:
        return address
    if any(mark in address for mark in ":/."):
        return f"{scheme}://{address}"
    return f"{scheme}://{address}.blob.{endpoint or ENDPOINT_SUFFIX}"
