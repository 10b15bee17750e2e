"""The value of a durable client binding: what the SDK needs to reach this hub."""

import json


def client_binding(hub_name: str, *, rpc_url: str, http_base: str, system_key: str) -> str:
    return json.dumps(
        {
            "taskHubName": hub_name,
            "connectionName": "",
            "creationUrls": {},
            "managementUrls": {},
            "baseUrl": "",
            "requiredQueryStringParameters": f"code={system_key}",
            "rpcBaseUrl": rpc_url,
            "httpBaseUrl": f"{http_base.rstrip('/')}/runtime/webhooks/durabletask",
            "useForwardedHost": False,
            "maxGrpcMessageSizeInBytes": 4 << 20,
            "grpcHttpClientTimeout": "00:01:40",
        },
        separators=(",", ":"),
    )
