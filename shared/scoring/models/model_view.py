"""A model as one scorer process sees it, so that nothing it does there reaches another process.

Where a fence keeps all processes from writing there, that is the shared folder; else a copy.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.child import fence
from shared.scoring.side_files.folder_scan import FolderScan, scan_folder


@dataclass(frozen=True)
class ModelView:
    """`path` is the model's folder, or its file; None where a script has no model."""

    path: Path | None
    copied: FolderScan | None = None

    @property
    def is_intact(self) -> bool:
        """Whether a process that loads it again finds what the first one found."""
        if self.path is None or self.copied is None:
            return True
        return scan_folder(self.path.parent).holds(self.copied.files)


def make_view(model: Path | None, folder: Path) -> ModelView:
    """Of a process that lives in `folder`. Raises OSError when there is no room for a copy."""
    if model is None or not model.exists():
        return ModelView(model)
    if fence.guards(str(model)):
        return ModelView(model)
    copy = folder / "model" / model.name
    copy.parent.mkdir()
    if model.is_dir():
        shutil.copytree(model, copy)
    else:
        shutil.copy2(model, copy)
    return ModelView(copy, scan_folder(copy.parent))
