"""The settings of scorer processes: how many, how large, and what they may touch."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, NonNegativeInt, PositiveInt

from shared.setting_texts import split


class ScorerSettings(BaseModel):
    """A field's environment variable is its name in upper case; durations are in seconds."""

    scorer_idle_s: PositiveInt = 300
    """After this time without work a warm scorer process leaves."""

    scorer_prepared: NonNegativeInt = 2
    """So many processes on this machine, in all, wait for the next job after the warm ones have
    left: they have imported what the last one did, and loaded nothing. 0: none."""

    scorer_prepared_idle_s: PositiveInt = 3600
    """After this time without a job they leave, too."""

    scorer_processes: NonNegativeInt = 0
    """The most scorer processes of one deployment on this machine; 0: as its settings say."""

    scorer_memory_mb: NonNegativeInt = 0
    """The most memory of one scorer process and its children; 0: no limit."""

    scorer_writable_folders: Annotated[tuple[Path, ...], BeforeValidator(split)] = ()
    """Folders that scripts may write into besides their own and the temporary ones: a mounted
    share, say; comma separated."""

    scorer_hidden_folders: Annotated[tuple[Path, ...], BeforeValidator(split)] = ()
    """Folders, or files, that neither scripts and models nor builds of environments may read,
    but for what is their own in there; comma separated. `./run serve` hides its state."""

    scorers_per_gpu: NonNegativeInt = 1
    """The scorer processes of one deployment that share a GPU, where there are any. Each sees its
    own by CUDA_VISIBLE_DEVICES. 0: all see every GPU, and are as many as without."""

    nvidia_smi: str = "nvidia-smi"
    """The driver's program that names the GPUs: on the PATH, or a path."""
