"""Running a job again from its page: what was asked of it is asked again."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.studio.conftest import Open
from tests.support.stack import Stack

INPUT = "azureml://datastores/workspaceblobstore/paths/wines/red"
ROWS = {"outputFormat": "csv_header", "outputCompress": "gzip", "outputLineage": "file,row"}


def test_a_job_run_again_keeps_its_sample_and_what_its_rows_look_like(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    more: Any = {"properties": ROWS, "sample": 2}
    stack.ended(stack.invoke(endpoint, INPUT, name="packed-sample", **more))
    page = sign_in("jobs/packed-sample").page

    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(re.compile(r"/studio/jobs/(?!packed-sample)[^/]+$"))

    name = page.url.rpartition("/")[2]
    again = stack.send("GET", f"/endpoints/{endpoint}/jobs/{name}").body["properties"]
    assert ROWS == again["properties"]
    assert 2 == again["sample"]["requested"]
    assert again["outputData"]["score"]["uri"].endswith("/predictions.csv.gz")
    stack.ended({"name": name, "properties": {"endpointName": endpoint}})
    expect(page.get_by_text("That did not work")).to_have_count(0)
