"""What it costs to start a scorer of an MLflow model: `./run bench start`.

The same interpreter imports MLflow and loads the same model, as a scorer does and plainly, in pairs
that take turns; each row is a median. The ratio of CPU times counts: a machine that has other
things to do changes both. `--python` and `--model` are another environment's, and a model of it.

Then a scorer is leased until it is ready, from processes that are started for it, and from prepared
ones, which wait with everything imported.
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
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import ScorerSpec

DRIVER = Path(child.__path__[0]) / "mlflow"
PAIRS = 9
BUDGET_IMPORT_RATIO = 0.95
BUDGET_PREPARED_RATIO = 0.5
PREPARED_LIMIT_S = 60.0
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
        leases = _leases(chosen.python, model, Path(folder), chosen.pairs)
    rows = [*_rows(runs["plainly"], runs["as a scorer"]), *_rows_of_leases(*leases)]
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


def _leases(
    python: str, model: str, folder: Path, pairs: int
) -> tuple[Sequence[float], Sequence[float]]:
    """Seconds until a scorer is ready: started for the lease, and prepared."""
    spec = ScorerSpec("bench", "mlflow", python, Path(model))
    fresh, prepared = list[float](), list[float]()
    for turn in range(pairs):
        pool = ScorerPool(scratch=folder / f"scratch-{turn}", idle_s=0.1, prepared=1)
        try:
            fresh.append(_ready_after(pool, spec))
            _wait_for_prepared(pool)
            prepared.append(_ready_after(pool, spec))
        finally:
            pool.close()
    return fresh, prepared


def _ready_after(pool: ScorerPool, spec: ScorerSpec) -> float:
    began = time.perf_counter()
    with pool.lease(spec, capacity=1, job="bench"):
        return time.perf_counter() - began


def _wait_for_prepared(pool: ScorerPool) -> None:
    deadline = time.monotonic() + PREPARED_LIMIT_S
    while not pool.prepared():
        if time.monotonic() > deadline:
            raise TimeoutError(f"No process was prepared within {PREPARED_LIMIT_S:g} s")
        time.sleep(0.05)


def _rows_of_leases(fresh: Sequence[float], prepared: Sequence[float]) -> list[Row]:
    before, after = median(fresh), median(prepared)
    return [
        Row("from the lease until it is ready: started for it", before, "s"),
        Row("  prepared", after, "s"),
        Row("  ratio", after / before, "", BUDGET_PREPARED_RATIO),
    ]


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
