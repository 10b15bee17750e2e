"""Look at a few files of an input: whether a model without a script could read them.

Files that would fail by the same reason are one problem, with the first of them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from shared.application.survey_input import OddFiles, Survey
from shared.domain.errors import AccountRefuses, NotFound
from shared.domain.message import counted
from shared.domain.minibatch import PlannedFile
from shared.domain.preflight import Problem, ProblemCode
from shared.domain.resolved_deployment import Location
from shared.domain.split import MOST_PIECES, Split
from shared.ports import Blobs

LONGEST_LOOK_S = 10.0
LONGEST_MLMODEL = (1 << 20) + 1
FIXES = {
    ProblemCode.UNREADABLE_FILE: "Save it as what its name says it is.",
    ProblemCode.SIGNATURE_MISMATCH: "Mend the files, or deploy a model whose signature fits them.",
    ProblemCode.NOT_CARRIED: "Name columns in outputCarry that every file has, or leave it out.",
    ProblemCode.NOT_SPLITTABLE: "Leave out split, or exclude such files.",
    ProblemCode.TOO_MANY_PIECES: "Ask for larger pieces: split: size=64MB, say.",
    ProblemCode.UNREADABLE_SIGNATURE: "Save the model anew by mlflow's save_model().",
}


class Refusal(Protocol):
    """The value of a `ProblemCode`, and why: words without a last full stop."""

    @property
    def code(self) -> str: ...
    @property
    def reason(self) -> str: ...


class ModelInputs(Protocol):
    """What a model without a script reads; `look` gets a way to read bytes from a place on."""

    @property
    def supported(self) -> tuple[str, ...]: ...
    def supports(self, name: str) -> bool: ...
    def look(
        self,
        file: PlannedFile,
        read: Callable[[int, int], bytes],
        mlmodel: bytes,
        carry: Sequence[str] = (),
    ) -> Refusal | None: ...
    def why_not_split(
        self, file: PlannedFile, mlmodel: bytes, carry: Sequence[str] = ()
    ) -> Refusal | None: ...


@dataclass(frozen=True)
class LookAtFiles:
    blobs: Blobs
    inputs: ModelInputs
    clock: Callable[[], float] = time.monotonic
    longest_s: float = LONGEST_LOOK_S

    def __call__(
        self,
        container: str,
        files: Sequence[PlannedFile],
        model: Location,
        carry: Sequence[str] = (),
        split: Split | None = None,
    ) -> tuple[list[str], list[Problem]]:
        """The names that were looked at, and what is wrong with them. Raises NotFound.

        `carry` are columns of theirs that the job's rows are to have.
        """
        mlmodel = read_mlmodel(self.blobs, model)
        until, looked_at = self.clock() + self.longest_s, list[str]()
        wrong = dict[tuple[ProblemCode, str], OddFiles]()
        for file in files:
            if self.clock() > until:
                break
            looked_at.append(file.base_name)
            for refused in self._refusals(container, file, mlmodel, carry, split):
                wrong.setdefault(refused, OddFiles()).add(file.base_name)
        problems = [
            _problem(code, reason, odd, len(looked_at)) for (code, reason), odd in wrong.items()
        ]
        return looked_at, problems

    def oddities(self, survey: Survey) -> list[Problem]:
        """What the names and sizes of all files tell already."""
        found = [
            Problem(
                code=ProblemCode.UNSUPPORTED_FILE_TYPE,
                message=f"{_have(odd, kind)} that models without a scoring script do not read: "
                f"{_listed(odd)}. Take them out of the folder, or give the deployment a script; "
                f"read are {', '.join(self.inputs.supported)}.",
                file=odd.names[0],
            )
            for kind, odd in survey.unsupported.items()
        ]
        if survey.empty.count:
            what = counted(survey.empty.count, "file has", "files have")
            message = f"{what} no content: {_listed(survey.empty)}. "
            found.append(
                Problem(
                    code=ProblemCode.EMPTY_FILE,
                    message=f"{message}Upload them again, or take them out of the folder.",
                    file=survey.empty.names[0],
                )
            )
        return found

    def _refusals(
        self,
        container: str,
        file: PlannedFile,
        mlmodel: bytes,
        carry: Sequence[str],
        split: Split | None,
    ) -> Iterator[tuple[ProblemCode, str]]:
        if (refused := self._look(container, file, mlmodel, carry)) is not None:
            yield refused
        if split is not None and split.may_split(file.size):
            why_not = self.inputs.why_not_split(file, mlmodel, carry)
            if why_not is not None:
                yield ProblemCode(why_not.code), why_not.reason
            elif (count := split.pieces(file.size)) > MOST_PIECES:
                many = f"It would make {count} pieces, and is scored as one beyond {MOST_PIECES}"
                yield ProblemCode.TOO_MANY_PIECES, many

    def _look(
        self, container: str, file: PlannedFile, mlmodel: bytes, carry: Sequence[str]
    ) -> tuple[ProblemCode, str] | None:
        read = partial(self.blobs.read_range, file.container or container, file.name)
        try:
            refusal = self.inputs.look(file, read, mlmodel, carry)
        except (NotFound, AccountRefuses) as error:
            return ProblemCode.INPUT_UNREADABLE, str(error)
        return (ProblemCode(refusal.code), refusal.reason) if refusal else None


def read_mlmodel(blobs: Blobs, model: Location) -> bytes:
    """Of a model's files the one that describes it, as much of it as is ever read."""
    return blobs.read_range(model.container, model.inside("MLmodel"), 0, LONGEST_MLMODEL)


def _problem(code: ProblemCode, reason: str, odd: OddFiles, looked_at: int) -> Problem:
    first = odd.names[0]
    more = f" ({odd.count} of the {looked_at} files that were looked at)" if odd.count > 1 else ""
    fix = FIXES.get(code, "")
    return Problem(code=code, message=f"'{first}'{more}: {reason}. {fix}".strip(), file=first)


def _have(odd: OddFiles, kind: str) -> str:
    extension = f"the extension '{kind}'" if kind else "no extension"
    return f"{counted(odd.count, 'file has', 'files have')} {extension},"


def _listed(odd: OddFiles) -> str:
    names = ", ".join(f"'{name}'" for name in odd.names)
    more = odd.count - len(odd.names)
    return f"{names} and {more} more" if more else names
