"""`bep studio`: the page, with a link that signs in where the service is this machine's."""

import subprocess
import sys

from tests.support.product import ROOT


def studio(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "studio", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_browser_signs_in_at_a_service_of_elsewhere() -> None:
    done = studio("--url", "https://batch.example", "--job-name", "a b")

    assert "https://batch.example/studio/jobs/a%20b\n" == done.stdout


def test_a_role_that_is_none_is_refused() -> None:
    done = studio("--url", "https://batch.example", "--role", "owner")

    assert 2 == done.returncode
    assert "owner" in done.stderr
