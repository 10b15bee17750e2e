"""What old packages forgot to say: the newest versions of others that they work with.

Their authors could not know what would come. Each line is a breakage that everybody met.
"""

from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from shared.scoring.environments.requirements import named

# (a package, older than this version, needs another to be)
_ERAS = (
    ("mlflow", "1.27", "protobuf<3.21"),  # generated code that newer runtimes refuse
    ("mlflow", "2.0", "numpy<1.24"),  # uses np.object
    ("mlflow", "2.0", "pandas<2"),
    ("mlflow", "2.17", "numpy<2"),
    ("mlflow", "3.0", "pandas<3"),
    ("pandas", "1.0", "pyarrow<9"),  # newer ones refuse to make frames of it
    ("pandas", "2.2.2", "numpy<2"),  # compiled against numpy 1
    ("pyarrow", "16", "numpy<2"),
    ("scikit-learn", "1.0", "numpy<1.24"),  # uses np.float
    ("scikit-learn", "1.4.2", "numpy<2"),
    ("scipy", "1.13", "numpy<2"),
    ("torch", "2.3", "numpy<2"),
    ("tensorflow", "2.4", "h5py<3"),
    ("tensorflow", "2.9", "protobuf<3.21"),
    ("tensorflow", "2.18", "numpy<2"),
    ("xgboost", "1.6", "numpy<1.24"),
)
_SAME = {"mlflow-skinny": "mlflow"}
_BOUNDS = ("==", "===", "~=", "<", "<=")


def constraints(packages: Iterable[str]) -> tuple[str, ...]:
    """What to constrain for the old ones of the packages; what the user pins is not constrained."""
    parsed = list(named(packages))
    pinned = {canonicalize_name(one.name) for one in parsed if one.specifier}
    found = {
        line
        for one in parsed
        for package, bound, line in _ERAS
        if _name(one) == package and _is_older(one, Version(bound))
    }
    return tuple(line for line in sorted(found) if Requirement(line).name not in pinned)


def _name(requirement: Requirement) -> str:
    name = canonicalize_name(requirement.name)
    return _SAME.get(name, name)


def _is_older(requirement: Requirement, bound: Version) -> bool:
    """Whether every version that the requirement allows is older."""
    return any(_caps_below(clause, bound) for clause in requirement.specifier)


def _caps_below(clause: Specifier, bound: Version) -> bool:
    if clause.operator not in _BOUNDS:
        return False
    try:
        version = Version(clause.version.removesuffix(".*"))
    except InvalidVersion:
        return False
    if clause.operator == "~=":
        # ~=1.2 allows all of 1, ~=1.2.3 all of 1.2.
        release = version.release[:-1]
        return (*release[:-1], release[-1] + 1) <= bound.release
    return version <= bound if clause.operator == "<" else version < bound
