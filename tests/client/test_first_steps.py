import ast
from pathlib import Path

from tests.client.conftest import RunWithSdk
from tests.client.sdk import python_with_sdk
from tests.support.stack import Stack

WORKSPACE = ("00000000-0000-0000-0000-000000000000", "local", "local")


def listed(said: list[str], noun: str) -> list[str]:
    """The names of a list that was printed; others' resources may be among them."""
    line = next(line for line in said if line.startswith(f"{noun} ["))
    names: list[str] = ast.literal_eval(line.removeprefix(f"{noun} "))
    return names


def test_the_official_sdk_finds_the_service_by_environment_variables_alone(
    run_with_sdk: RunWithSdk, https: Stack
) -> None:
    done = run_with_sdk("-m", "tests.client.first_steps", *WORKSPACE)

    assert 0 == done.returncode, done.stdout
    said = done.stdout.splitlines()
    assert "workspace local local" in said
    assert "workspaces ['local']" in said
    assert "elsewhere True" in said
    assert "first-cpu" in listed(said, "compute")
    assert "made first-steps Succeeded" in said
    assert "first-steps" in listed(said, "endpoints")
    assert f"scoring {https.url}/endpoints/first-steps/jobs" in said


def test_the_sdk_finds_the_service_under_the_machines_name_too(
    run_with_sdk: RunWithSdk, https: Stack
) -> None:
    localhost = https.facts["metadata_url"].replace("127.0.0.1", "localhost")

    done = run_with_sdk(
        "-m", "tests.client.first_steps", *WORKSPACE, ARM_CLOUD_METADATA_URL=localhost
    )

    assert 0 == done.returncode, done.stdout


def test_a_client_that_does_not_trust_the_authority_sends_nothing(
    run_with_sdk: RunWithSdk, https: Stack
) -> None:
    script = (
        "import requests, sys\n"
        "try:\n    requests.get(sys.argv[1])\n"
        "except requests.exceptions.SSLError:\n    print('refused')\n"
    )

    done = run_with_sdk("-c", script, https.facts["metadata_url"], REQUESTS_CA_BUNDLE="")

    assert "refused\n" == done.stdout


def test_the_environment_of_the_sdk_is_made_once(sdk_python: Path) -> None:
    before = (sdk_python.parents[1] / "complete").stat().st_mtime_ns

    assert sdk_python == python_with_sdk()
    assert before == (sdk_python.parents[1] / "complete").stat().st_mtime_ns
