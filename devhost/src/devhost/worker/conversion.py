"""Plain data to a function's arguments and back, with azure.functions' own converters."""

import json
from typing import Any

from azure.functions import meta

from devhost.worker.function import Function, FunctionKind
from devhost.worker.function_invocation import BlobCall, HttpCall, HttpReply, Payload

REPLIES_IN_WORDS = "text/plain; charset=utf-8"  # what a returned str is sent as


def to_argument(function: Function, payload: Payload) -> Any:
    """The value of the trigger's parameter."""
    converter = _converter(function.kind)
    if isinstance(payload, HttpCall):
        return converter.decode(_http_datum(payload), trigger_metadata=None)
    if isinstance(payload, BlobCall):
        return _blob_argument(converter, function, payload)
    text = "null" if payload is None else payload
    kind = "json" if function.kind is FunctionKind.TIMER else "string"
    return converter.decode(meta.Datum(text, kind), trigger_metadata=None)


def to_client(binding_value: str, hub: str | None = None) -> Any:
    """The value of a durable client's parameter, before the SDK makes a client of it."""
    if hub is not None:
        named = {**json.loads(binding_value), "taskHubName": hub}
        binding_value = json.dumps(named, separators=(",", ":"))
    converter = _converter("durableClient")
    return converter.decode(meta.Datum(binding_value, "string"), trigger_metadata=None)


def from_result(function: Function, result: Any) -> HttpReply | str | None:
    """What the function returned, as data; raises when the real worker would."""
    if function.kind is FunctionKind.HTTP:
        return _http_reply(result)
    if result is None or function.kind in {FunctionKind.TIMER, FunctionKind.BLOB}:
        return None
    encoded = _converter(function.kind).encode(result, expected_type=None)
    return str(encoded.value)


def _converter(binding: str) -> Any:
    return meta.get_binding_registry().get(str(binding))  # type: ignore[no-untyped-call]  # untyped in azure.functions


def _http_datum(call: HttpCall) -> meta.Datum:
    value = {
        "method": _text(call.method),
        "url": _text(call.url),
        "headers": _texts(dict(call.headers)),
        "query": _texts(dict(call.query)),
        "params": _texts(dict(call.route_values)),
        "body": meta.Datum(call.body, "bytes"),
    }
    return meta.Datum(value, "http")


def _text(text: str) -> meta.Datum:
    return meta.Datum(text, "string")


def _texts(texts: dict[str, str]) -> dict[str, meta.Datum]:
    return {name: _text(text) for name, text in texts.items()}


def _blob_argument(converter: Any, function: Function, call: BlobCall) -> Any:
    if function.parameter_type is bytes:
        return call.content
    if function.parameter_type is str:
        return call.content.decode()
    metadata = {
        "BlobTrigger": _text(call.name),
        "Uri": _text(call.uri),
        "Properties": meta.Datum(json.dumps(dict(call.properties)), "json"),
        "Metadata": meta.Datum(json.dumps(dict(call.metadata)), "json"),
    }
    return converter.decode(meta.Datum(call.content, "bytes"), trigger_metadata=metadata)


def _http_reply(result: Any) -> HttpReply:
    datum = _encoded_http(result)
    if datum.type == "string":
        return HttpReply(200, (("Content-Type", REPLIES_IN_WORDS),), str(datum.value).encode())
    value = datum.value
    headers = [(name, header.value) for name, header in value["headers"].items()]
    cookies = [("Set-Cookie", morsel.OutputString()) for morsel in _morsels(value["cookies"])]
    return HttpReply(int(value["status_code"].value), (*headers, *cookies), value["body"].value)


def _encoded_http(result: Any) -> Any:
    try:
        return _converter("http").encode(result, expected_type=None)
    except NotImplementedError:
        raise TypeError(
            f'unable to encode outgoing TypedData: unsupported type "http" for '
            f'Python type "{type(result).__name__}"'
        ) from None


def _morsels(cookies: Any) -> list[Any]:
    return [morsel for cookie in cookies or [] for morsel in cookie.values()]
