"""The GPUs of this machine, as the driver's own program (`nvidia-smi`) names them."""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LOGGER = logging.getLogger(__name__)
VISIBLE = "CUDA_VISIBLE_DEVICES"
# A driver that has to be loaded first takes seconds.
_LIMIT_S = 30.0
_QUERY = ("--query-gpu=index,uuid,memory.total", "--format=csv,noheader,nounits")
_COLUMNS = 3


@dataclass(frozen=True)
class Gpu:
    """`name` is what CUDA_VISIBLE_DEVICES takes; a `memory_mb` of 0 is not known."""

    name: str
    uuid: str = ""
    memory_mb: int = 0


def find_gpus(program: str, environment: Mapping[str, str] = os.environ) -> tuple[Gpu, ...]:
    """Those that this process may use; none where there is no driver, or it does not answer."""
    path = shutil.which(program, path=environment.get("PATH"))
    if path is None:
        return ()
    try:
        answer = subprocess.run(  # noqa: S603  # the administrator names it
            [path, *_QUERY], capture_output=True, text=True, timeout=_LIMIT_S, check=True
        )
        found = tuple(_parsed(answer.stdout))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = getattr(error, "stdout", None) or getattr(error, "stderr", None) or error
        LOGGER.warning(
            "'%s' does not name this machine's GPUs: %s. Scorers are not pinned to any: mend the "
            "driver and start the service again, or set SCORERS_PER_GPU to 0.",
            path,
            str(said).strip()[:500],
        )
        return ()
    return tuple(_visible(found, environment.get(VISIBLE)))


def _parsed(table: str) -> Iterator[Gpu]:
    """Raises ValueError for a line that is no GPU's."""
    for line in filter(None, map(str.strip, table.splitlines())):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != _COLUMNS or not cells[0].isdecimal():
            raise ValueError(f"'{line[:200]}' is not index, uuid and memory of a GPU")
        index, uuid, memory = cells
        yield Gpu(index, uuid, int(memory) if memory.isdecimal() else 0)


def _visible(found: tuple[Gpu, ...], asked: str | None) -> Iterator[Gpu]:
    """What CUDA_VISIBLE_DEVICES leaves of them; as CUDA does, up to the first it does not know."""
    if asked is None:
        yield from found
        return
    for name in map(str.strip, asked.split(",")):
        same = [gpu for gpu in found if name == gpu.name or _begins(gpu.uuid, name)]
        if len(same) != 1 and not name.startswith("MIG-"):
            return
        yield same[0] if same else Gpu(name)


def _begins(uuid: str, name: str) -> bool:
    return name.startswith("GPU-") and uuid.startswith(name)
