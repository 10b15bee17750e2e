"""The value of a durable client binding: what the SDK needs to reach this hub."""

import json

from devhost.durable.hub import TaskHub


def client_binding(hub: TaskHub, *, http_base: str, system_key: str) -> str:
    return json.dumps(
        {
            "taskHubName": hub.name,
            "connectionName": "",
            "creationUrls": {},
            "managementUrls": {},
            "baseUrl": "",
            "requiredQueryStringParameters": f"code={system_key}",
            "rpcBaseUrl": f"http://127.0.0.1:{hub.rpc_port}",
            "httpBaseUrl": f"{http_base.rstrip('/')}/runtime/webhooks/durabletask",
            "useForwardedHost": False,
            "maxGrpcMessageSizeInBytes": 4 << 20,
            "grpcHttpClientTimeout": "00:01:40",
        },
        separators=(",", ":"),
    )
