"""What is in use stays, what is deleted goes, jobs remain."""

from azure.core.exceptions import ResourceNotFoundError

from tests.client.steps.session import ENDPOINT, OTHER, lines_of, ml, refused, same, seen, step


@step
def what_is_in_use_stays() -> None:
    refused(lambda: ml.compute.begin_delete("steps-cpu").result(), "fares")
    refused(
        lambda: ml.batch_deployments.begin_delete(name="fares", endpoint_name=ENDPOINT).result(),
        ENDPOINT,
    )


@step
def endpoints_go_and_jobs_stay() -> None:
    ml.batch_endpoints.begin_delete(name=ENDPOINT).result()
    ml.batch_endpoints.begin_delete(name=OTHER).result()
    refused(lambda: ml.batch_endpoints.get(ENDPOINT), kind=ResourceNotFoundError)
    same("Completed", ml.jobs.get(seen["job"]).status)
    same(120, len(lines_of(seen["job"], "fares.csv", output_name="score")))


@step
def the_rest_goes() -> None:
    ml.compute.begin_delete("steps-cpu").result()
    ml.datastores.delete(seen["datastore"])
    refused(lambda: ml.datastores.get(seen["datastore"]), kind=ResourceNotFoundError)
