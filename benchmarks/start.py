"""What it costs to start a scorer process of an MLflow model: `./run bench start`.

The same interpreter imports MLflow and loads the same model, as a scorer does and plainly, in pairs
that take turns; each row is a median. The ratio of CPU times counts: a machine that has other
things to do changes both. `--python` and `--model` are another environment's, and a model of it.
"""

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.row import Row
from examples.demo.wine import load_wines, save_model
from shared.scoring import child

DRIVER = Path(child.__path__[0]) / "mlflow"
PAIRS = 9
BUDGET_IMPORT_RATIO = 0.95
# As scorers have them: one thread each, and nobody is called.
VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
PROGRAM = """
import sys, time
how, package, model = sys.argv[1:]
def timed(pyfunc):
    imported = time.process_time()
    pyfunc.load_model(model)
    print(imported, time.process_time(), flush=True)
if how == "plainly":
    import mlflow.pyfunc
    timed(mlflow.pyfunc)
else:
    sys.path.append(package)
    from garbage import seldom_collected
    from lazy_mlflow import import_pyfunc
    with seldom_collected():
        timed(import_pyfunc())
"""


@dataclass(frozen=True)
class Start:
    """Seconds: of CPU until MLflow is there, of CPU until the model is, and by the clock."""

    imported: float
    ready: float
    wall: float


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench start", description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="Default: the service's own.")
    parser.add_argument("--model", help="A folder that MLflow saved. Default: the demo's forest.")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(chosen.model).resolve()) if chosen.model else str(_forest(Path(folder)))
        runs: dict[str, list[Start]] = {"plainly": [], "as a scorer": []}
        for turn in range(chosen.pairs):
            for how in sorted(runs, reverse=bool(turn % 2)):
                runs[how].append(_start(chosen.python, how, model, Path(folder)))
    rows = _rows(runs["plainly"], runs["as a scorer"])
    for row in rows:
        print(row)
    return int(any(row.is_over for row in rows))


def _forest(folder: Path) -> Path:
    save_model(load_wines(), folder / "forest")
    return folder / "forest"


def _start(python: str, how: str, model: str, folder: Path) -> Start:
    """In a folder of its own: some MLflows leave one of theirs where they are imported."""
    began = time.perf_counter()
    with subprocess.Popen(
        [python, "-W", "ignore", "-c", PROGRAM, how, str(DRIVER), model],
        cwd=folder,
        env={**os.environ, **VARIABLES},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"'{python}' does not load '{model}': code {process.returncode}")
    imported, ready = map(float, line.split())
    return Start(imported, ready, wall)


def _rows(plain: Sequence[Start], lazy: Sequence[Start]) -> list[Row]:
    rows = []
    for what, of, budget in (
        ("import, CPU", "imported", BUDGET_IMPORT_RATIO),
        ("import and load, CPU", "ready", None),
        ("from the start until it is ready, by the clock", "wall", None),
    ):
        before, after = (median(getattr(one, of) for one in runs) for runs in (plain, lazy))
        rows += [
            Row(f"{what}: plainly", before, "s"),
            Row("  as a scorer does it", after, "s"),
            Row("  ratio", after / before, "", budget),
        ]
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
