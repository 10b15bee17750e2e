"""How many cores this process may use, and what a scorer's share of them is."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

# What a container may use of its machine's time: "<microseconds, or max> <of so many>".
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# Thread pools that take every core, unless they are told. A pool of OpenMP or of a BLAS is told one
# by `child_environment`: its sums may depend on the number of its threads.
_POOLS = (
    "LOKY_MAX_CPU_COUNT",  # joblib: scikit-learn's n_jobs=-1
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",  # tokenizers
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


def usable_cores(quota: Path = _QUOTA) -> int:
    """Those of the machine, of this process's affinity, or of its container, whichever are less."""
    cores = os.process_cpu_count() or 1
    try:
        allowed, period = quota.read_text().split()
    except (OSError, ValueError):
        return cores
    if not allowed.isdecimal() or not period.isdecimal() or not int(period):
        return cores
    return max(1, min(cores, math.ceil(int(allowed) / int(period))))


def share_of_cores(scorers: int, cores: int | None = None) -> Mapping[str, str]:
    """The variables that keep so many scorers, with all their threads, to the cores there are."""
    threads = max(1, (cores or usable_cores()) // max(1, scorers))
    return dict.fromkeys(_POOLS, str(threads))
