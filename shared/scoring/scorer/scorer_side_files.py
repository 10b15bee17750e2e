"""The side outputs of one scorer, over the lives of its processes."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from shared.domain.side_names import SideNames
from shared.scoring.scorer.process_tree import writes_under
from shared.scoring.scorer.verdicts import side_verdict
from shared.scoring.scorer_spec import ScorerSpec, ScoringFailed
from shared.scoring.side_files.side_folder import BadSideName, SideFile, SideFolder
from shared.scoring.side_files.unfinished_files import needs_its_end, stands_alone

_MOST_NAMES = 3


class ScorerSideFiles:
    """`torn` names files that a process had begun, and not ended, when it was lost.

    `cut_off` counts the accepted mini-batches of processes that did not come to their end.
    """

    def __init__(self, folder: Path) -> None:
        self._outputs = SideFolder(folder)
        self._init_wrote = False
        self._unfinished: tuple[str, ...] = ()
        self._untold: tuple[SideFile, ...] = ()
        self._untold_in_safety: tuple[SideFile, ...] = ()
        self._of_process = self._of_process_in_safety = 0
        self._life = 0
        self.torn: tuple[str, ...] = ()
        self.cut_off = 0

    @property
    def writable(self) -> Path:
        """What the script may write: the folder that holds its own."""
        return self._outputs.live.parent

    @property
    def is_needed(self) -> bool:
        """Whether the next process goes on with what this one's has written."""
        return not self._outputs.is_empty

    @property
    def is_unfinished(self) -> bool:
        """Whether what was accepted is of no use until its process has closed it."""
        return bool(self._unfinished)

    @property
    def alone(self) -> tuple[str, ...]:
        """Unfinished files that no other process may write to."""
        paths = ((name, self._outputs.live / name) for name in self._unfinished)
        return tuple(name for name, path in paths if path.is_file() and stands_alone(path))

    @property
    def rewritten(self) -> set[str]:
        """Files that were written again with the bytes that they had, since the last `commit`."""
        return self._outputs.rewritten

    @property
    def is_committed(self) -> bool:
        return self._outputs.is_committed

    @property
    def loss(self) -> str:
        """What the end of a process has spoilt, in words; empty if nothing."""
        if not self.torn:
            return ""
        more = f" and {len(self.torn) - _MOST_NAMES} more" if len(self.torn) > _MOST_NAMES else ""
        names = ", ".join(f"'{name}'" for name in self.torn[:_MOST_NAMES])
        return (
            f"The script held {names}{more} open from mini-batch to mini-batch, and its process "
            "was ended before it was closed: what it holds cannot be read. "
            "Close each file in run(), or write one file per mini-batch."
        )

    def equip(self, spec: ScorerSpec) -> ScorerSpec:
        """The spec of a new process: it finds the folder as it was when last accepted."""
        self.note_death()
        self._life += 1
        self._outputs.restore()
        folder = ("AZUREML_BI_OUTPUT_PATH", str(self._outputs.live))
        return replace(spec, environment=(*spec.environment, folder))

    def note_init(self) -> None:
        """What is there now was written by init(), and comes with the first mini-batch."""
        self._init_wrote = not self._outputs.is_untouched()

    def note_death(self) -> None:
        """The process has ended, and did not end what it had begun."""
        self.torn += self._unfinished
        self._unfinished = ()
        self.cut_off += self._of_process
        self._of_process = self._of_process_in_safety = 0

    def accept(self, to: Path, names: SideNames, held: Iterable[str] = ()) -> tuple[SideFile, ...]:
        """What changed; raises ScoringFailed if it cannot be taken over.

        `held` are the files that the process goes on writing to.
        """
        try:
            unfinished = tuple(name for name in held if self._needs_its_end(name))
            changed = self._outputs.accept(to, names)  # last: what it takes has to be told
        except (OSError, BadSideName) as error:
            raise side_verdict(error) from error
        self._init_wrote, self._unfinished = False, unfinished
        self._of_process += 1
        late, self._untold = self._untold, ()
        return (*late, *(replace(one, life=self._life) for one in changed))

    def end(self, to: Path, names: SideNames) -> None:
        """What the end of a process brought comes with the next mini-batch of its successor's."""
        self._untold = self.accept(to, names)
        self._of_process = self._of_process_in_safety = 0

    def accept_exit(
        self, to: Path, names: SideNames, *, has_ended: bool
    ) -> tuple[tuple[SideFile, ...], str]:
        """What the last process left, and what is lost: one that was killed has closed nothing."""
        if not has_ended:
            self.note_death()
            self._outputs.restore()
        try:
            return self.accept(to, names), self.loss
        except ScoringFailed as refused:
            return (), self.loss or refused.message

    def undo(self, pid: int) -> bool:
        """Leave nothing of a failed try. False: that takes a new process.

        For what init() wrote cannot be told from what run() wrote, nor can a file be cut that
        the process goes on writing to.
        """
        if self._init_wrote:
            return False
        try:
            if self._outputs.is_untouched():
                return True
            if writes_under(pid, self._outputs.live):
                return False
            self._outputs.restore()
        except OSError:
            return False
        return True

    def commit(self) -> None:
        self._outputs.commit()
        self._untold_in_safety = self._untold
        self._of_process_in_safety = self._of_process

    def roll_back(self) -> None:
        self._outputs.roll_back()
        self._untold = self._untold_in_safety
        self._of_process = self._of_process_in_safety

    def _needs_its_end(self, name: str) -> bool:
        path = self._outputs.live / name
        return path.is_file() and needs_its_end(path)
