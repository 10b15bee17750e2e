"""A datastore as az ml prints it."""

from cli.answers import JSON
from cli.views.arm import identity


def datastore_view(document: JSON) -> JSON:
    properties = document["properties"]
    if "bucketName" in properties:
        return _bucket_view(document, properties)
    return {
        **identity(document),
        "account_name": properties["accountName"],
        **_container(properties),
        "credentials": {},
        "description": properties.get("description") or "",
        "endpoint": properties.get("endpoint"),
        "is_default": bool(properties.get("isDefault")),
        "protocol": properties.get("protocol"),
        "tags": properties.get("tags") or {},
        "type": "azure_data_lake_gen2" if "filesystem" in properties else "azure_blob",
    }


def _container(properties: JSON) -> JSON:
    """Under the name that its kind of account has for it."""
    if "filesystem" in properties:
        return {"filesystem": properties["filesystem"]}
    return {"container_name": properties["containerName"]}


def _bucket_view(document: JSON, properties: JSON) -> JSON:
    where = {"region": properties["region"]} if "region" in properties else {}
    return {
        **identity(document),
        "bucket": properties["bucketName"],
        **where,
        "credentials": {},
        "description": properties.get("description") or "",
        "endpoint": properties.get("endpoint"),
        "is_default": False,
        "tags": properties.get("tags") or {},
        "type": "amazon_s3" if where else "google_cloud_storage",
    }
