"""Models, data, environments, computes, datastores, workspaces, and blobs."""

from cli.command import Command

GROUPS = {
    "model": "Models, what deployments score with.",
    "data": "Data assets, what is scored, under a name.",
    "environment": "Environments, the Python and the packages that score.",
    "compute": "Computes, which bound how many instances a job may use.",
    "datastore": "Datastores, containers of the service's storage account.",
    "workspace": "Workspaces; a service has one.",
    "storage": "The service's storage account.",
    "storage account": "The account itself.",
    "storage blob": "Files to and from the containers of datastores.",
}

_ASSETS = "[].{name:name, version:version, latestVersion:latest_version, description:description}"
_COMPUTES = "[].{name:name, min:min_instances, max:max_instances, state:provisioning_state}"
_DATASTORES = (
    "[].{name:name, container:container_name || filesystem || bucket, isDefault:is_default}"
)
_WORKSPACES = "[].{name:name, resourceGroup:resourceGroup, location:location}"
_BLOBS = "[].{name:name, length:properties.contentLength, lastModified:properties.lastModified}"


def _of_asset(noun: str, words: str) -> tuple[Command, ...]:
    return (
        Command(f"{noun} create", f"{noun}#create", f"Register {words}; local files are uploaded."),
        Command(f"{noun} show", f"{noun}#show", f"Show {words}."),
        Command(
            f"{noun} list",
            f"{noun}#list_all",
            f"List names, or versions of {words}.",
            table=_ASSETS,
        ),
        Command(f"{noun} update", f"{noun}#update", f"Change the words about {words}."),
        Command(f"{noun} archive", f"{noun}#archive", f"Hide {words} in lists."),
        Command(f"{noun} restore", f"{noun}#restore", f"Undo the archiving of {words}."),
        Command(
            f"{noun} delete",
            f"{noun}#delete",
            f"Take a version of {words} off the registry; its files stay.",
            confirmation="Delete this version?",
        ),
    )


COMMANDS = (
    *_of_asset("model", "a model"),
    Command("model download", "model#download", "Download a model's files."),
    *_of_asset("data", "a data asset"),
    Command("data download", "data#download", "Download a data asset's files."),
    *_of_asset("environment", "an environment"),
    Command("compute create", "compute#create", "Create a compute, or change it."),
    Command("compute show", "compute#show", "Show a compute."),
    Command("compute list", "compute#list_all", "List the computes.", table=_COMPUTES),
    Command("compute update", "compute#update", "Change a compute."),
    Command("compute delete", "compute#delete", "Delete a compute.", "Delete this compute?"),
    Command("datastore create", "datastore#create", "Give a container a name."),
    Command("datastore show", "datastore#show", "Show a datastore."),
    Command("datastore list", "datastore#list_all", "List the datastores.", table=_DATASTORES),
    Command("datastore update", "datastore#update", "Change the words about a datastore."),
    Command(
        "datastore delete",
        "datastore#delete",
        "Forget a datastore's name; its blobs stay.",
        "Delete this datastore?",
    ),
    Command("workspace show", "workspace#show", "Show the workspace."),
    Command("workspace list", "workspace#list_all", "List the workspaces.", table=_WORKSPACES),
    Command(
        "storage account show-connection-string",
        "storage_account#show_connection_string",
        "Print a connection string without a key, for scripts that ask for one.",
    ),
    Command("storage blob upload-batch", "storage_blob#upload_batch", "Upload a folder's files."),
    Command(
        "storage blob download-batch",
        "storage_blob#download_batch",
        "Download a container's files.",
    ),
    Command("storage blob list", "storage_blob#list_all", "List blobs.", table=_BLOBS),
    Command("storage blob upload", "storage_blob#upload", "Upload a file."),
    Command("storage blob download", "storage_blob#download", "Download a blob."),
)
