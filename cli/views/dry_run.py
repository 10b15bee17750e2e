"""The answer to a dry run as `invoke --dry-run` prints it; its problems are on stderr, too."""

from knack.log import get_logger

from cli.answers import JSON

log = get_logger(__name__)


def dry_run_view(document: JSON) -> JSON:
    properties = document["properties"]
    for problem in properties["problems"]:
        log.warning("%s: %s", problem["code"], problem["message"])
    return {
        "status": properties["status"],
        "endpoint_name": properties["endpointName"],
        "deployment_name": properties["deploymentName"],
        "model": properties["model"],
        "files": properties["files"],
        "settings": {
            "mini_batch_size": properties["miniBatchSize"],
            "max_concurrency_per_instance": properties["maxConcurrencyPerInstance"],
            "instance_count": properties["compute"]["instanceCount"],
            "parallelism": properties["parallelism"],
            "error_threshold": properties["errorThreshold"],
            "retry_settings": properties["retrySettings"],
            "output_action": properties["outputAction"],
        },
        "outputs": {name: {"path": one["uri"]} for name, one in properties["outputData"].items()},
        "looked_at": properties["lookedAt"],
        "problems": properties["problems"],
    }
