"""What the app's surroundings ask of its settings: two that contradict each other, a plan, a slot.

`check` is called once, when the app is loaded. What can only be a mistake stops it; what may be one
is said. No value of a setting is repeated, for it may hold a key.
"""

from collections.abc import Iterator, Mapping

EMULATOR = "usedevelopmentstorage=true"
OWN, OWN_URL = "STORAGE_CONNECTION_STRING", "STORAGE_ACCOUNT_URL"
HOST = "AzureWebJobsStorage"
HUB = "AzureFunctionsJobHost__extensions__durableTask__hubName"
_CLIENT = "AZURE_CLIENT_ID"
_SERVICES = ("blobServiceUri", "queueServiceUri", "tableServiceUri")
# Of App Service, Flex Consumption and Container Apps.
_ON_AZURE = ("WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_SKU", "CONTAINER_APP_NAME")
_FLEX = "flexconsumption"

SET_BY_FLEX = ("FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME")
"""Its own, from the site's functionAppConfig: a process finds them whoever set them."""
REFUSED_ON_FLEX = (
    *("ENABLE_ORYX_BUILD", "FUNCTIONS_MAX_HTTP_CONCURRENCY", "FUNCTIONS_WORKER_PROCESS_COUNT"),
    *("FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED", "FUNCTIONS_WORKER_RUNTIME_VERSION"),
    *("SCM_DO_BUILD_DURING_DEPLOYMENT", "TZ", "WEBSITES_CONTAINER_START_TIME_LIMIT"),
    *("WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTOVERVNET"),
    *("WEBSITE_CONTENTSHARE", "WEBSITE_DNS_SERVER", "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT"),
    *("WEBSITE_NODE_DEFAULT_VERSION", "WEBSITE_RUN_FROM_PACKAGE"),
    *("WEBSITE_SKIP_CONTENTSHARE_VALIDATION", "WEBSITE_TIME_ZONE", "WEBSITE_VNET_ROUTE_ALL"),
)
_OF_USERS = "APPSETTING_"
"""App Service puts it before a copy of each setting that a user made."""


class Contradiction(ValueError):
    """Two settings that cannot both be meant, and which of them to remove."""


def check(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What is odd, in sentences. Raises Contradiction."""
    known = {name: value for name, value in environment.items() if value}
    _check_own_storage(known)
    _check_host_storage(known)
    _check_emulator(known)
    oddities = (_of_host_identity, _of_flex, _of_slot)
    return tuple(sentence for find in oddities for sentence in find(known))


def is_flex(environment: Mapping[str, str]) -> bool:
    return environment.get("WEBSITE_SKU", "").lower() == _FLEX


def _check_own_storage(known: Mapping[str, str]) -> None:
    if OWN in known and OWN_URL in known:
        what = "UseDevelopmentStorage=true" if _is_emulator(known[OWN]) else "a connection string"
        raise Contradiction(
            f"{OWN} ({what}) and {OWN_URL} are both set, and each says where the service keeps its "
            f"data. Keep one: on Azure remove {OWN}, so that the managed identity opens {OWN_URL}; "
            f"on a machine of your own remove {OWN_URL}."
        )


def _check_host_storage(known: Mapping[str, str]) -> None:
    by_identity = sorted(name for name in known if name.startswith(f"{HOST}__"))
    if HOST in known and by_identity:
        raise Contradiction(
            f"{HOST} and {by_identity[0]} are both set: the Functions host takes the first, a "
            f"connection string, and no identity. Keep one: remove {HOST} where the managed "
            f"identity is to open the host's storage, else remove {', '.join(by_identity)}."
        )


def _check_emulator(known: Mapping[str, str]) -> None:
    """As local.settings.sample.json has it: for a machine of one's own."""
    azure = next((name for name in _ON_AZURE if name in known), None)
    instead = {OWN: OWN_URL, HOST: f"{HOST}__accountName"}
    for name, better in instead.items():
        if azure and _is_emulator(known.get(name, "")):
            raise Contradiction(
                f"{name} is UseDevelopmentStorage=true, and {azure} says that this is Azure, where "
                f"no emulator runs. The settings of local.settings.sample.json are for a machine "
                f"of your own. Remove {name} and set {better}."
            )


def _is_emulator(text: str) -> bool:
    return EMULATOR in text.replace(" ", "").lower()


def _of_host_identity(known: Mapping[str, str]) -> Iterator[str]:
    uris = [name for name in _SERVICES if f"{HOST}__{name}" in known]
    missing = [f"{HOST}__{name}" for name in _SERVICES if name not in uris]
    if uris and missing and f"{HOST}__accountName" not in known:
        yield (
            f"{HOST}__{uris[0]} is set without {' and '.join(missing)}: a task hub in Azure "
            "Storage lies in blobs, queues and tables. Set all three, or "
            f"{HOST}__accountName alone."
        )
    if f"{HOST}__clientId" in known:
        if known.get(f"{HOST}__credential", "").lower() != "managedidentity":
            yield (
                f"{HOST}__clientId is set without {HOST}__credential=managedidentity: the host "
                "overlooks it. Set both."
            )
        if OWN_URL in known and _CLIENT not in known:
            yield (
                f"{HOST}__clientId names a user-assigned identity for the host, but {_CLIENT} is "
                f"not set: the app opens {OWN_URL} by the system-assigned one. Set {_CLIENT}, too, "
                "if both are to be the same."
            )


def _of_flex(known: Mapping[str, str]) -> Iterator[str]:
    if not is_flex(known):
        return
    unwanted = [name for name in REFUSED_ON_FLEX if name in known]
    unwanted += [name for name in SET_BY_FLEX if f"{_OF_USERS}{name}" in known]
    if unwanted:
        yield (
            f"Flex Consumption does not take these settings: {', '.join(unwanted)}. Remove them: "
            "the runtime, its version and its scale are said in the site's functionAppConfig."
        )
    if known.get("INBOX_TRIGGER", "polled") == "polled":
        yield (
            "Flex Consumption polls no blobs: uploads are noticed by the sweep alone, once a "
            "minute. Set INBOX_TRIGGER=event_grid, and subscribe to the storage account's events."
        )


def _of_slot(known: Mapping[str, str]) -> Iterator[str]:
    slot = known.get("WEBSITE_SLOT_NAME", "")
    if slot and slot.lower() != "production" and HUB not in known:
        yield (
            f"The slot '{slot}' has the task hub of host.json, as production has: with the same "
            f"storage, each would take the other's steps. Give it a hub of its own by {HUB}, and "
            "make that a setting of the slot."
        )
