"""What a package's own build can reach: it runs whatever code its author likes."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from shared.scoring.child import fence
from shared.scoring.environments.environment_spec import EnvironmentSpec
from tests.support.environments import Make
from tests.support.outcome_script import OUTCOME
from tests.support.waiting import is_running, wait_until

_BACKEND = (
    OUTCOME
    + """
def look():
    state = {state!r}
    services = {service!r}
    outside = os.path.dirname(state)
    cache = os.environ["UV_CACHE_DIR"]
    subprocess.Popen(["sleep", "600"], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {{
        "key": outcome(lambda: open(os.path.join(state, "key.pem")).read()),
        "names": outcome(lambda: os.listdir(state)),
        "environment": outcome(lambda: open("/proc/%d/environ" % services).read()),
        "memory": outcome(lambda: open("/proc/%d/mem" % services, "rb").read(1)),
        "write": outcome(lambda: write(os.path.join(outside, "x"))),
        "public": outcome(lambda: write("/tmp/of-a-build")),
        "other": outcome(lambda: write(os.path.join(cache, "..", "envs", "other"))),
        "its folder": outcome(lambda: write(os.path.join(os.path.dirname(__file__), "x"))),
        "temporary": outcome(lambda: write(os.path.join(os.environ["TMPDIR"], "x"))),
        "secret": outcome(lambda: os.environ.get("MY_SECRET") or "none"),
        "secrets": [value for value in os.environ.values() if value == "a secret"],
    }}

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(folder, "looks-1.0-py3-none-any.whl"), "w") as wheel:
        info = "looks-1.0.dist-info"
        wheel.writestr("looks.py", "TOLD = %r" % json.dumps(look()))
        wheel.writestr("looks.pth", "import os, sys; sys.told = outcome if 0 else None")
        wheel.writestr(info + "/METADATA", "Metadata-Version: 2.1\\nName: looks\\nVersion: 1.0\\n")
        wheel.writestr(
            info + "/WHEEL",
            "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        )
        wheel.writestr(info + "/RECORD", "looks.py,,\\nlooks.pth,,\\n")
    return "looks-1.0-py3-none-any.whl"
"""
)


@pytest.fixture
def project(outside: Path, tmp_path: Path) -> Iterator[Path]:
    (outside / "state").mkdir()
    (outside / "state" / "key.pem").write_text("secret")
    project = tmp_path / "looks"
    project.mkdir()
    backend = _BACKEND.format(state=str(outside / "state"), service=os.getpid())
    (project / "backend.py").write_text(backend)
    (project / "pyproject.toml").write_text(
        '[project]\nname = "looks"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    yield project
    Path("/tmp/of-a-build").unlink(missing_ok=True)


def sleepers() -> set[int]:
    return {one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == _SLEEP}


_SLEEP = ["sleep", "600"]


@pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")
def test_a_build_reaches_its_own_folders_and_no_secret(
    make: Make, project: Path, outside: Path, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    hidden = (outside / "state",)
    environments = make(hidden=hidden, variables={**variables, "MY_SECRET": "a secret"})

    python = environments.ensure(EnvironmentSpec("", (str(project),)))

    (module,) = python.parent.parent.glob("lib/python*/site-packages/looks.py")
    told = json.loads(module.read_text().removeprefix("TOLD = ").strip("'"))
    refused = {name for name, answer in told.items() if answer == "PermissionError"}
    assert {"key", "names", "environment", "memory", "write", "public", "other"} == refused
    assert ("done", "done") == (told["its folder"], told["temporary"])
    assert [] == told["secrets"]
    assert ["state"] == [one.name for one in outside.iterdir()]
    assert {"backend.py", "pyproject.toml"} == {one.name for one in project.iterdir()}


def test_what_a_build_leaves_running_ends_with_it(make: Make, project: Path) -> None:
    """In a session of its own, too."""
    before = sleepers()

    make().ensure(EnvironmentSpec("", (str(project),)))

    left = sleepers() - before
    wait_until(lambda: not any(is_running(one) for one in left), "nothing is left")


def test_no_code_of_a_built_environment_runs_in_the_service(
    make: Make, project: Path, tmp_path: Path
) -> None:
    """A start-up file would: whether the interpreter runs is asked without them."""
    backend = project / "backend.py"
    mark = tmp_path / "ran"
    started = f"import os; open({str(mark)!r}, 'w')"
    backend.write_text(
        backend.read_text().replace(
            '"import os, sys; sys.told = outcome if 0 else None"', repr(started)
        )
    )

    python = make().ensure(EnvironmentSpec("", (str(project),)))

    (pth,) = python.parent.parent.glob("lib/python*/site-packages/looks.pth")
    assert started == pth.read_text()
    assert not mark.exists()
