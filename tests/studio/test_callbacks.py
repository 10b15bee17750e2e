"""An endpoint's webhooks, with what became of their newest calls."""

from playwright.sync_api import expect

from tests.studio.conftest import Open
from tests.support.receiver import Answer, receiving
from tests.support.stack import Stack

INPUT = "azureml://datastores/workspaceblobstore/paths/wines/red"


def test_deliveries_are_shown_with_their_job_and_what_the_receiver_answered(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    with receiving(Answer(), Answer(status=503)) as receiver:
        webhook = f"/batchEndpoints/{endpoint}/webhooks/cellar"
        events = ["job.started", "job.ended"]
        stack.put(webhook, {"properties": {"url": receiver.url, "events": events}})
        job = stack.invoke(endpoint, INPUT, name="called-back")
        stack.ended(job)
        page = sign_in(f"endpoints/{endpoint}").page
        calls = page.get_by_role("region", name="Call-backs")
        expect(calls).to_contain_text(receiver.url)
        rows = calls.get_by_role("row")

        started = rows.filter(has_text="job.started")
        expect(started).to_contain_text("Delivered")
        ended = rows.filter(has_text="job.completed")
        page.reload()
        expect(ended).to_contain_text("Pending")
        expect(ended).to_contain_text("503")

        ended.get_by_role("link", name="called-back").click()
        page.wait_for_url("**/studio/jobs/called-back")
