"""What a command runs in: the configuration, what the global flags chose, and the service."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # --help needs no client
    from cli.connection.service import Service

DEFAULTS = {
    "resource_group": "group",
    "workspace_name": "workspace",
    "subscription": "subscription",
}
"""Global flags that `bep configure --defaults` can set, by az's names."""


class Context:
    """Handed to every command; the service is looked for when it is first used."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self._chosen: dict[str, str] = {}
        self.exit_code = 0
        """Of a command that has an answer: 1 when it is a bad one."""

    def choose(self, flags: dict[str, str]) -> None:
        self._chosen = flags

    def option(self, name: str) -> str:
        """A global flag's value, else the configured default, else ''."""
        if name in self._chosen:
            return self._chosen[name]
        self.config.set_to_use_local_config(True)
        try:
            return str(self.config.get("defaults", DEFAULTS.get(name, name), fallback="") or "")
        finally:
            self.config.set_to_use_local_config(False)

    @property
    def folder(self) -> Path:
        """The configuration folder."""
        return Path(self.config.config_dir)

    @cached_property
    def service(self) -> "Service":
        """Raises CommandError when there is no service to be found."""
        from cli.connection.connect import connect  # noqa: PLC0415  # not needed for --help

        return connect(self)
