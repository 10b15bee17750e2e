"""Two hosts on one store: each hears of the same uploads, and no version gets a second job.

The local host keeps its task hub for itself; scaled out, the real one shares it, and an instance id
is one for both. Here each host has a hub of its own, so that both gather the same watch at the same
time: only the store's record stands between them.
"""

from pathlib import Path

import pytest

from tests.service.conftest import deploy_on
from tests.service.upload_storm import Storm, check_scored_once, upload_storm
from tests.support.stack import served

FILES = 60


def test_two_hosts_that_gather_the_same_watch_make_no_second_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_SCHEDULE", "* * * * * *")
    with served(tmp_path / "first") as first:
        storage = first.facts["storage_connection_string"]
        with served(tmp_path / "second", storage=storage) as second:
            endpoint = deploy_on(first, "twin-end", miniBatchSize=20)
            storm = Storm("batch-inbox", endpoint, FILES, quiet_s=2, most_files=15, kills=1)
            rules = {"properties": {"gather": storm.gather}}
            first.put(f"/batchEndpoints/{endpoint}/watches/inbox", rules)

            uploaded = upload_storm(first, storm, lambda _: None)
            versions, jobs = check_scored_once(first, endpoint, "inbox", storm)

            assert jobs <= uploaded.most_jobs(versions, storm)
            gathered = [
                stack.log.read_text().count("Executed 'Functions.accept_uploads' (Succeeded")
                for stack in (first, second)
            ]
            assert all(gathered), gathered
