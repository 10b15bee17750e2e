"""What is asked for and not installed, and why that does no harm - or does."""

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name

# A built environment is complete: nobody installs into it.
_INSTALLERS = frozenset({"pip", "wheel"})
# Azure ML's own packages serve its own machines.
_AZUREML = re.compile(r"^azureml-")
# Those whose work for a scoring script is done here; other ones bring algorithms of their own.
_DONE_HERE = re.compile(
    r"^azureml-(?:core|dataprep|dataprep-native|dataprep-rslex|dataset-runtime|defaults"
    r"|inference-server-http|mlflow|telemetry)$"
)


def is_needless(name: str) -> bool:
    canonical = canonicalize_name(name)
    return canonical in _INSTALLERS or bool(_AZUREML.match(canonical))


def notes_on(names: Iterable[str]) -> tuple[str, ...]:
    """One note for each reason."""
    azureml = {name for name in names if _AZUREML.match(canonicalize_name(name))}
    done_here = {name for name in azureml if _DONE_HERE.match(canonicalize_name(name))}
    reasons = (
        ("Left out, because this service does what they do", done_here),
        ("Not installed, so a script that imports their modules fails", azureml - done_here),
        ("Left out, because the environment works without them", set(names) - azureml),
    )
    return tuple(f"{why}: {', '.join(sorted(some))}." for why, some in reasons if some)
