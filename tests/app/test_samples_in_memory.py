"""Jobs over a sample: few files are scored, and document, receipt and insights say so."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.job import Job, JobSpec
from shared.domain.sample import SampleRequest
from shared.schemas.arm_jobs import write_job, write_pipeline_job
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import App, run_job, upload
from tests.support.specs import a_spec

URIS: Any = {"arm_id": "", "studio_uri": "", "files_uri": "", "listing_uri": ""}


def a_sample(files: int, price: float = 0.0, **settings: Any) -> JobSpec:
    request = SampleRequest(files=files, price_per_hour=price)
    return a_spec(**settings).model_copy(update={"sample": request})


def shown(job: Job) -> Any:
    now = datetime.now(UTC)
    return write_job(job, poll_uri="", now=now, **URIS)["properties"]


def test_a_sample_scores_files_from_the_first_to_the_last(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, [str(index) for index in range(101)])

    assert "Completed" == run_job(a_sample(5, mini_batch_size=2), services)["status"]

    assert [f"0,{i},f{i:04d}.csv" for i in (0, 25, 50, 75, 100)] == [
        line.replace("\n", "") for line in predictions(blobs)
    ]
    proof = receipt(blobs)
    assert "sample" == proof["verdict"]
    assert {"files": 5, "of_files": 101, "of_bytes": 193} == proof["sample"]
    assert {"planned": 5, "scored": 5, "failed": 0, "untried": 0, "skipped": 0} == proof["files"]
    assert any("5 of the input's 101 files" in one for one in proof["warnings"])


def test_its_document_has_the_projection_with_cost_if_there_is_a_price(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 50)
    spec = a_sample(6, price=2.0, mini_batch_size=2)

    run_job(spec, services)
    job = services.jobs.get(spec.name)

    sample = shown(job)["sample"]
    assert (6, 6) == (sample["requested"], sample["files"])
    assert {"files": 50, "bytes": 50, "mini_batches": 25} == sample["of"]
    told = sample["projection"]
    assert (50, 25, 3, 6) == (
        told["files"],
        told["mini_batches"],
        told["measured_mini_batches"],
        told["measured_files"],
    )
    assert told["low_s"] <= told["seconds"] <= told["high_s"]
    assert "3 mini-batches with 6 of 50 files" in told["basis"]
    assert 2.0 == told["cost"]["price_per_hour"]
    facts = write_pipeline_job(job, **URIS)["properties"]["properties"]
    assert "6 of 50 files" == facts["sample"]
    assert {"projectedSeconds", "projectedCost"} <= facts.keys()


def test_a_sample_that_is_larger_than_the_input_is_all_of_it(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2", "3"])

    run_job(a_sample(10), services)

    assert 3 == len(predictions(blobs))
    assert {"files": 3, "of_files": 3, "of_bytes": 3} == receipt(blobs)["sample"]


def test_a_sample_that_failed_projects_nothing(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["bad"] * 20)
    spec = a_sample(4)

    assert "Failed" == run_job(spec, services)["status"]

    assert shown(services.jobs.get(spec.name))["sample"]["projection"] is None
    assert "incomplete" == receipt(blobs)["verdict"]


def test_documents_of_other_jobs_know_of_no_sample(app: App) -> None:
    """Byte for byte as before there were samples."""
    services, blobs, _ = app
    upload(blobs, ["1"])
    spec = a_spec()

    run_job(spec, services)

    job = services.jobs.get(spec.name)
    assert "sample" not in shown(job)
    assert "sample" not in receipt(blobs)
    stored = blobs.read("batch-jobs", f"{spec.name}/plan/{job.state.plan.key}.json").data  # type: ignore[union-attr]
    assert b"whole" not in stored
    assert not {"sample", "projection"} & {*spec.to_wire(), *job.state.to_wire()}
