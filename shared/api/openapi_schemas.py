"""The schemas that every OpenAPI document here shares: ARM's envelopes, errors and names."""

from typing import Any

from shared.domain import names

type Json = dict[str, Any]

TEXT: Json = {"type": "string"}
SYSTEM_DATA: Json = {
    "type": "object",
    "properties": {
        "createdAt": {"type": "string", "format": "date-time"},
        "createdBy": TEXT,
        "createdByType": {"enum": ["User", "Application"]},
        "lastModifiedAt": {"type": "string", "format": "date-time"},
        "lastModifiedBy": TEXT,
        "lastModifiedByType": {"enum": ["User", "Application"]},
    },
}
RESOURCE: Json = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "type": TEXT,
        "location": TEXT,
        "tags": {"type": "object", "additionalProperties": TEXT},
        "properties": {"type": ["object", "null"]},
        "systemData": SYSTEM_DATA,
    },
    "required": ["id", "name", "type", "properties"],
}
SCHEMAS: Json = {
    "Resource": RESOURCE,
    "Page": {
        "type": "object",
        "properties": {
            "value": {"type": "array", "items": {"type": "object"}},
            "nextLink": {"type": ["string", "null"]},
        },
        "required": ["value"],
    },
    "Document": {"type": "object"},
    "Values": {"type": "array"},
    "Error": {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": TEXT,
                    "message": TEXT,
                    "target": TEXT,
                    "details": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["code", "message"],
            }
        },
        "required": ["error"],
    },
}
ENDPOINT_NAME: Json = {
    "type": "string",
    "pattern": f"^{names.ENDPOINT_NAME.pattern}$",
    "minLength": names.SHORTEST,
    "maxLength": names.LONGEST,
}
DEPLOYMENT_NAME: Json = ENDPOINT_NAME | {"pattern": f"^{names.DEPLOYMENT_NAME.pattern}$"}
ASSET_NAME: Json = {
    "type": "string",
    "pattern": f"^{names.ASSET_NAME.pattern}$",
    "minLength": 1,
    "maxLength": names.LONGEST_ASSET,
}
OWN_RULES = {"endpoint": ENDPOINT_NAME, "deployment": DEPLOYMENT_NAME}


def path_parameter(name: str, only: str | None) -> Json:
    """A parameter of a path; `only` is its one value, if it has one here."""
    schema: Json = {"type": "string", "enum": [only]} if only else OWN_RULES.get(name, ASSET_NAME)
    return {"name": name, "in": "path", "required": True, "schema": schema}
