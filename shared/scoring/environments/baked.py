"""Environments that were built beforehand, into a container's image or a share: used as they are.

A request is not resolved anew: `baked/<key>.json` says which environment it got when it was baked,
so that neither an index nor a newer package is in the way.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from shared.scoring.environments.environment_folder import Built
from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.storeroom import Storeroom


@dataclass(frozen=True)
class Baked:
    """Those of a folder; of none there are none."""

    room: Storeroom | None = None

    def find(self, spec: EnvironmentSpec) -> Built | None:
        home = self.room.home(spec.key) if self.room else None
        return home.read_built() if home and home.is_baked else None

    def pinned(self, spec: EnvironmentSpec) -> EnvironmentSpec | None:
        """The request as it was resolved then, if its environment is there."""
        if self.room is None:
            return None
        try:
            record = json.loads(_record(self.room, spec).read_text(encoding="utf-8"))
            pinned = replace(
                spec,
                python=record["python"],
                packages=tuple(record["packages"]),
                constraints=(),
                takes_prereleases=False,
            )
        except (OSError, ValueError, KeyError):
            return None
        return pinned if self.find(pinned) else None

    def keep(self, spec: EnvironmentSpec, pinned: EnvironmentSpec) -> None:
        """Remember it, and that its environment stays."""
        if self.room is None:
            raise ValueError("There is no folder to bake into.")
        self.room.home(pinned.key).keep()
        record = _record(self.room, spec)
        record.parent.mkdir(parents=True, exist_ok=True)
        content = {"python": pinned.python, "packages": list(pinned.packages)}
        record.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _record(room: Storeroom, spec: EnvironmentSpec) -> Path:
    return room.baked / f"{spec.key}.json"
