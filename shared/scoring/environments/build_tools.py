"""What builds: uv, and a builder by it, with the places and limits that they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.builder import Builder
from shared.scoring.environments.disk_room import DiskRoom
from shared.scoring.environments.environment_spec import EnvironmentSpec, Listener
from shared.scoring.environments.interpreters import Interpreters
from shared.scoring.environments.storeroom import Storeroom
from shared.scoring.environments.uv import Uv, find_uv
from shared.scoring.environments.uv_variables import chosen_pythons


@dataclass(frozen=True)
class BuildTools:
    """`uv` is the program that was chosen; None: the one that is found."""

    room: Storeroom
    disk: DiskRoom
    own_python: str
    uv: str | None
    cache: Path
    limit_s: float
    variables: Mapping[str, str]
    hidden: tuple[Path, ...] = ()

    def builder(self, spec: EnvironmentSpec, listener: Listener) -> Builder:
        """Raises EnvironmentFailed when there is no uv."""
        uv = Uv(
            find_uv(self.uv),
            cache=self.cache,
            pythons=chosen_pythons(self.variables, self.room.pythons),
            work=self.room.make_temporary(),
            limit_s=self.limit_s,
            variables=self.variables,
            hidden=self.hidden,
            readable=spec.local_packages,
            on_output=listener.on_output,
            check_room=self.disk.check,
        )
        interpreters = Interpreters(self.own_python, uv, self.variables)
        return Builder(uv, interpreters, listener.enter)
