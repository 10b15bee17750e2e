"""The environment variables of a scorer process: an allow-list, then the user's, then ours.

Connection strings, tokens and settings of the service never reach user code.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType

from shared.scoring.scorer.scorer_folders import ProcessFolders
from shared.scoring.scorer_spec import ScorerSpec

_PASSED = frozenset(
    {
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "PATH",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TZ",
        "TZDIR",
        "USER",
    }
)
_PASSED_PREFIXES = ("CUDA_", "LC_", "NVIDIA_", "OPENBLAS_")

_DEFAULTS = {
    # Processes are the parallelism: a thread pool in each would fight over the same cores.
    "BLIS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",  # Arrow's and torch's pools, too
    "OPENBLAS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    # Scoring calls nobody.
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A crash in native code leaves a Python traceback in the job's log.
    "PYTHONFAULTHANDLER": "1",
    # A mini-batch that is scored again gives the same bytes, even if the model iterates a set.
    "PYTHONHASHSEED": "0",
}


def child_environment(
    spec: ScorerSpec,
    folders: ProcessFolders,
    own: Mapping[str, str] = MappingProxyType({}),
    parent: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """`own` are those of this process alone."""
    passed = {
        name: value
        for name, value in parent.items()
        if name in _PASSED or name.startswith(_PASSED_PREFIXES)
    }
    # Libraries that write into the home folder unasked shall write into one that goes away.
    home = {"HOME": str(folders.home)}
    environment = {**passed, **_DEFAULTS, **own, **home, **dict(spec.environment)}
    if spec.model_dir is not None:
        environment["AZUREML_MODEL_DIR"] = str(spec.model_dir.parent)
    environment["TMPDIR"] = str(folders.temporary)
    if spec.packages:
        paths = [*map(str, spec.packages), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment
