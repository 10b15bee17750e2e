"""Endpoints and deployments; `endpoint` is `batch-endpoint` as it was called in 2021."""

from cli.command import Command

GROUPS = {
    "batch-endpoint": "Batch endpoints, what is invoked.",
    "batch-deployment": "Deployments, the models behind an endpoint.",
    "endpoint": "Batch endpoints, by the commands of the 2021 preview.",
}

_ENDPOINT = (
    "{name:name, defaultDeployment:defaults.deployment_name, "
    "provisioningState:provisioning_state, scoringUri:scoring_uri}"
)
_DEPLOYMENT = (
    "{name:name, endpoint:endpoint_name, model:model, provisioningState:provisioning_state}"
)
_JOB = (
    "{name:name, deployment:deployment_name, status:status, createdAt:creation_context.created_at}"
)


def _of_endpoint(group: str) -> tuple[Command, ...]:
    return (
        Command(
            f"{group} create",
            "batch_endpoint_files#create",
            "Create a batch endpoint, or replace it.",
            table=_ENDPOINT,
        ),
        Command(
            f"{group} update",
            "batch_endpoint_files#update",
            "Change a batch endpoint: its words, its default deployment.",
            table=_ENDPOINT,
        ),
        Command(f"{group} show", "batch_endpoint#show", "Show a batch endpoint.", table=_ENDPOINT),
        Command(
            f"{group} list",
            "batch_endpoint#list_all",
            "List the batch endpoints.",
            table=f"[].{_ENDPOINT}",
        ),
        Command(
            f"{group} list-jobs",
            "batch_endpoint#list_jobs",
            "List the jobs of a batch endpoint, newest first.",
            table=f"[].{_JOB}",
        ),
        Command(
            f"{group} delete",
            "batch_endpoint#delete",
            "Delete a batch endpoint and its deployments; jobs and their outputs stay.",
            confirmation="Delete the endpoint?",
        ),
        Command(
            f"{group} invoke",
            "invoke#invoke",
            "Start a job: score a folder or a file.",
            table=_JOB,
        ),
    )


COMMANDS = (
    *_of_endpoint("batch-endpoint"),
    *_of_endpoint("endpoint"),
    Command(
        "batch-deployment create",
        "batch_deployment_files#create",
        "Create a deployment, or replace it; upload what its file has on this machine.",
        table=_DEPLOYMENT,
    ),
    Command(
        "batch-deployment update",
        "batch_deployment_files#update",
        "Change a deployment; what is not said stays.",
        table=_DEPLOYMENT,
    ),
    Command(
        "batch-deployment show", "batch_deployment#show", "Show a deployment.", table=_DEPLOYMENT
    ),
    Command(
        "batch-deployment list",
        "batch_deployment#list_all",
        "List the deployments of an endpoint.",
        table=f"[].{_DEPLOYMENT}",
    ),
    Command(
        "batch-deployment list-jobs",
        "batch_deployment#list_jobs",
        "List the jobs of a deployment, newest first.",
        table=f"[].{_JOB}",
    ),
    Command(
        "batch-deployment delete",
        "batch_deployment#delete",
        "Delete a deployment; its jobs stay.",
        confirmation="Delete the deployment?",
    ),
)
