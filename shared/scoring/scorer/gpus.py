"""Which GPU a scorer process has: its own, as far as there are enough."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from shared.scoring.scorer.gpu_query import VISIBLE, Gpu
from shared.scoring.scorer_spec import ScorerSpec

LOGGER = logging.getLogger(__name__)
# JAX takes this much of a GPU at its first call, unless it is told otherwise.
_OF_JAX = 0.75


class Gpus:
    """Thread-safe. `query` is asked once, when the first scorer is wanted.

    `per_gpu` processes of one deployment may share one; 0: nobody is pinned, nor counted.
    """

    def __init__(self, query: Callable[[], tuple[Gpu, ...]] = lambda: (), per_gpu: int = 1) -> None:
        self._query = query
        self._per_gpu = per_gpu
        self._lock = threading.Lock()

    def bound(self, spec: ScorerSpec, most: int) -> int:
        """The most processes of a deployment on this machine, where 0 is any number."""
        if not self._pins(spec):
            return most
        room = len(self._found) * self._per_gpu
        return min(most, room) if most else room

    def choose(self, spec: ScorerSpec, taken: Iterable[Gpu | None]) -> Gpu | None:
        """The GPU that the fewest processes have, the first of them; None: it is not pinned."""
        if not self._pins(spec):
            return None
        processes = Counter(taken)
        return min(self._found, key=lambda gpu: processes[gpu])

    def environment(self, gpu: Gpu | None) -> Mapping[str, str]:
        """What tells the libraries of a process which GPU is theirs, and how much of it."""
        if gpu is None:
            return {}
        pinned = {VISIBLE: gpu.name, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}  # the query's order
        if gpu.memory_mb:
            pinned["SCORER_GPU_MEMORY_MB"] = str(gpu.memory_mb // self._per_gpu)
        if self._per_gpu > 1:
            pinned["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
            pinned["XLA_PYTHON_CLIENT_MEM_FRACTION"] = f"{_OF_JAX / self._per_gpu:.3f}"
        return pinned

    def _pins(self, spec: ScorerSpec) -> bool:
        """A deployment that chooses its GPUs by itself, or none, is left alone."""
        is_own_choice = any(name == VISIBLE for name, _ in spec.environment)
        if not self._per_gpu or is_own_choice:
            return False
        with self._lock:
            return bool(self._found)

    @cached_property
    def _found(self) -> tuple[Gpu, ...]:
        found = self._query()
        if found:
            LOGGER.info(
                "GPUs: %s; scorers of a deployment on each: %d (SCORERS_PER_GPU)",
                ", ".join(f"{gpu.name} ({gpu.memory_mb} MB)" for gpu in found),
                self._per_gpu,
            )
        return found
