"""What uv, and whatever it runs, sees of the service's variables, and where it leaves things."""

from collections.abc import Iterator, Mapping
from pathlib import Path

# Building a package runs its code: it sees no settings of the service.
_PASSED = frozenset(
    {
        "ALL_PROXY",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LD_LIBRARY_PATH",
        "NO_PROXY",
        "PATH",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TMPDIR",
        "TZ",
    }
)
# The operator's package index is named by uv's own variables.
_PASSED_PREFIXES = ("UV_", "LC_")
# What is read in a home, by the variable that names it: the home itself is another one.
_READ_AT_HOME = {
    "GIT_CONFIG_GLOBAL": ".gitconfig",
    "NETRC": ".netrc",
    "PYENV_ROOT": ".pyenv",
    "RUSTUP_HOME": ".rustup",
    "UV_CREDENTIALS_DIR": ".local/share/uv/credentials",
}
_KINDS = ("BIN", "CACHE", "CONFIG", "DATA", "STATE")
_PYTHONS = "UV_PYTHON_INSTALL_DIR"


def environment(parent: Mapping[str, str]) -> dict[str, str]:
    """What any program may know."""
    return {
        name: value
        for name, value in parent.items()
        if name.upper() in _PASSED or name.startswith(_PASSED_PREFIXES)
    }


def of_builds(
    parent: Mapping[str, str], *, temporary: Path, cache: Path, pythons: Path
) -> dict[str, str]:
    """What builds keep for themselves goes with the build, but for uv's cache and interpreters.

    Packages lie once on the disk, however many environments hold them: they are hard links.
    """
    return {
        "UV_LINK_MODE": "hardlink",
        **environment(parent),
        **dict(_read_at_home(parent)),
        **{f"XDG_{kind}_HOME": str(temporary / kind.lower()) for kind in _KINDS},
        "CARGO_HOME": str(temporary / "cargo"),
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "UV_CACHE_DIR": str(cache),
        "UV_PYTHON_BIN_DIR": str(temporary / "bin"),
        "UV_PYTHON_INSTALL_BIN": "0",
        _PYTHONS: str(pythons),
    }


def chosen_pythons(parent: Mapping[str, str], default: Path) -> Path:
    """Where uv keeps the interpreters that it installs: where the operator says, or our own."""
    return Path(parent.get(_PYTHONS) or default)


def pythons_at_home(parent: Mapping[str, str]) -> Iterator[Path]:
    """Where uv keeps those that somebody installed by hand."""
    if data := parent.get("XDG_DATA_HOME"):
        yield Path(data, "uv", "python")
    if home := parent.get("HOME"):
        yield Path(home, ".local", "share", "uv", "python")


def _read_at_home(parent: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    home = parent.get("HOME")
    for name, inside in _READ_AT_HOME.items():
        if chosen := parent.get(name):
            yield name, chosen
        elif home and (path := Path(home, inside)).exists():
            yield name, str(path)
