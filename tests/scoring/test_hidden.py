"""What scripts and models cannot read: the service's own state, and each other's."""

import json
import sys
from pathlib import Path

import pytest

from shared.scoring.child import fence
from shared.scoring.scorer.pool import ScorerPool
from tests.scoring.misbehaving_scripts import script_spec
from tests.scoring.script_lease import Leased, leased
from tests.support.outcome_script import OUTCOME

pytestmark = pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")

_LOOKS = (
    OUTCOME
    + """
def run(mini_batch):
    state = {state!r}
    paths = dict(key="issuer/key.pem", database="host/devhost.db", other="scratch/other/rows")
    told = {{name: outcome(lambda: open(os.path.join(state, path)).read())
            for name, path in paths.items()}}
    told["blob"] = outcome(lambda: open(os.path.join(state, "azurite", "blob")).read())
    told["names"] = outcome(lambda: os.listdir(state))
    told["later"] = outcome(lambda: open(os.path.join(state, "later")).read())
    told["over a link"] = outcome(lambda: open(os.path.join({beside!r}, "link")).read())
    told["replace"] = outcome(lambda: os.remove(os.path.join(state, "issuer", "key.pem")))
    told["by a child"] = subprocess.run(
        ["cat", os.path.join(state, "issuer", "key.pem")], stdout=subprocess.PIPE
    ).stdout.decode()
    told["beside"] = open(os.path.join({beside!r}, "beside")).read()
    told["model"] = open(os.environ["AZUREML_MODEL_DIR"] + "/wines/weights").read()
    told["input"] = open(mini_batch[0]).read()
    told["started by"] = getattr(sys, "told", None)
    with open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "side"), "w+") as side:
        side.write("x")
        side.seek(0)
        told["own"] = side.read()
    return [json.dumps(told)]
"""
)
# What a package's start-up file, or a `sitecustomize`, does before anything else.
_AT_THE_START = """
import sys
try:
    sys.told = open({key!r}).read()
except OSError as error:
    sys.told = type(error).__name__
"""


@pytest.fixture(params=["elsewhere", "in a temporary folder"])
def beside(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder that the state lies in."""
    if request.param == "elsewhere":
        folder: Path = request.getfixturevalue("outside")
        return folder
    return tmp_path


@pytest.fixture
def state(beside: Path) -> Path:
    """A stack's state folder, with what must stay secret."""
    state = beside / "state"
    for name in ("issuer/key.pem", "host/devhost.db", "azurite/blob", "scratch/other/rows"):
        (state / name).parent.mkdir(parents=True)
        (state / name).write_text("secret")
    (beside / "beside").write_text("public")
    (beside / "link").symlink_to(state / "issuer" / "key.pem")
    return state


def test_a_script_reads_its_own_of_the_state_folder_and_nothing_else(
    state: Path, beside: Path
) -> None:
    """Wherever that lies; the scratch folder with all that is the script's own is inside of it."""
    own = state / "scratch" / "own"
    (own / "inputs").mkdir(parents=True)
    (own / "start").mkdir()
    key = str(state / "issuer" / "key.pem")
    (own / "start" / "sitecustomize.py").write_text(_AT_THE_START.format(key=key))
    source = _LOOKS.format(state=str(state), beside=str(beside))
    spec = script_spec(
        own, sys.executable, source, hidden=(state,), packages=(own / "start",), writable=(own,)
    )
    (own / "models" / "wines" / "weights").write_text("weights")
    pool = ScorerPool(scratch=state / "scratch" / "processes", idle_s=60, grace_s=0.3)

    with pool.lease(spec, capacity=1) as scorer:
        (state / "later").write_text("secret")
        told = json.loads(Leased(scorer, own).rows("a")[0])
    pool.close()

    assert {
        "beside": "public",
        "model": "weights",
        "input": "content of a",
        "own": "x",
        "by a child": "",
        "started by": "PermissionError",
    } == {name: answer for name, answer in told.items() if answer != "PermissionError"} | {
        "started by": told["started by"]
    }
    refused = {"key", "database", "other", "blob", "names", "later", "over a link", "replace"}
    assert refused <= {name for name, answer in told.items() if answer == "PermissionError"}
    assert "secret" == (state / "issuer" / "key.pem").read_text()


def test_a_script_reads_no_other_deployments_files(state: Path) -> None:
    """Two deployments on one machine, the scratch folder of both hidden."""
    pool = ScorerPool(scratch=state / "scratch" / "processes", idle_s=60, grace_s=0.3)
    source = "import os\n\ndef run(mini_batch):\n    return [open(mini_batch[0]).read()]\n"
    one, two = (state / "scratch" / name for name in ("one", "two"))
    for folder in (one, two):
        (folder / "inputs").mkdir(parents=True)

    with leased(pool, one, source, hidden=(state,), writable=(one,)) as scorer:
        (two / "inputs" / "b").write_text("secret")
        (one / "inputs" / "b").symlink_to(two / "inputs" / "b")
        mine = scorer.rows("a")
        failure = scorer.failure("b")
    pool.close()

    assert ["content of a"] == mine
    assert "PermissionError" == failure.error_type


def test_the_root_can_be_listed_where_nothing_is_hidden(pool: ScorerPool, tmp_path: Path) -> None:
    if any(Path(place).exists() for place in fence.SECRETS):
        pytest.skip("this machine keeps secrets at one of the usual places")
    source = "import os\n\ndef run(mini_batch):\n    return os.listdir('/')\n"

    with leased(pool, tmp_path, source) as scorer:
        assert {one.name for one in Path("/").iterdir()} == set(scorer.rows("a"))
