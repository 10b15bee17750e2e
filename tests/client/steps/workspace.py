"""The workspace, its computes and its datastores."""

from azure.ai.ml.entities import AccountKeyConfiguration, AmlCompute, AzureBlobDatastore
from azure.core.exceptions import ResourceNotFoundError

from tests.client.steps.session import UNIQUE, WORKSPACE, ml, refused, same, seen, step


@step
def workspace_get() -> None:
    found = ml.workspaces.get(WORKSPACE)
    same("local", found.name)
    assert found.discovery_url


@step
def compute_create() -> None:
    made = ml.compute.begin_create_or_update(
        AmlCompute(
            name="steps-cpu", min_instances=0, max_instances=3, idle_time_before_scale_down=90
        )
    ).result()
    same("steps-cpu", made.name)
    same(3, made.max_instances)


@step
def compute_get_and_list() -> None:
    same(90, ml.compute.get("steps-cpu").idle_time_before_scale_down)
    assert "steps-cpu" in [one.name for one in ml.compute.list()]


@step
def compute_missing() -> None:
    refused(lambda: ml.compute.get("nobody"), "nobody", kind=ResourceNotFoundError)


@step
def datastore_default() -> None:
    same("workspaceblobstore", ml.datastores.get_default().name)
    assert "workspaceblobstore" in [one.name for one in ml.datastores.list()]


@step
def datastore_create_get_delete() -> None:
    default = ml.datastores.get("workspaceblobstore")
    ml.datastores.create_or_update(
        AzureBlobDatastore(
            name=f"store_{UNIQUE}",
            account_name=default.account_name,
            container_name=default.container_name,
            credentials=AccountKeyConfiguration(account_key="bm90IGEga2V5"),
        )
    )
    seen["datastore"] = f"store_{UNIQUE}"
    found = ml.datastores.get(seen["datastore"])
    same(default.container_name, found.container_name)
