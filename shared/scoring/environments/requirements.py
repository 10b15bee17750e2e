"""Requirement lines as pip writes them: files, options, and the names that mean nothing here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.environments.omitted_packages import is_needless, notes_on
from shared.scoring.environments.pip_options import (
    CONSTRAINED,
    EDITABLE,
    NESTED,
    PRERELEASES,
    ignored,
    unquoted,
    without_secrets,
)

_COMMENT = re.compile(r"(^|\s)#.*$")
_CONTINUED = re.compile(r"\\\n")
_OPTION = re.compile(r"\s(?=--)")
# A requirement with its hashes is long; its other parts never are. Parsers take their time.
LONGEST_LINE, LONGEST_PART = 65_536, 1_000
MOST_LINES = 10_000
LONGEST_FILE = 1 << 20
# What pip fetches from elsewhere, or from a place that is the same for everybody.
_ELSEWHERE = re.compile(r"^(?:/|file:|(?:git|hg|svn|bzr)\+|https?://)")
_LOCAL = re.compile(r"^\.{1,2}(?:/|\[|$)|\.(?:whl|zip|tar\.gz)$")


@dataclass
class Requirements:
    """Gathers requirement lines. `folder` is what relative paths start from, if any."""

    folder: Path | None = None
    packages: set[str] = field(default_factory=set[str])
    constraints: set[str] = field(default_factory=set[str])
    takes_prereleases: bool = False
    notes: list[str] = field(default_factory=list[str])
    _seen: set[tuple[object, Path]] = field(default_factory=set[tuple[object, Path]])
    _left_out: set[str] = field(default_factory=set[str])
    # The folder of the file that is being read: names in it start from there.
    _at: Path | None = None

    def add_text(self, text: str) -> None:
        self.add(_lines(text))

    def add(self, lines: Iterable[str]) -> None:
        for line in _bare(lines):
            self._add_line(line)

    def leave_out(self, name: str) -> None:
        self._left_out.add(name)

    def all_notes(self) -> tuple[str, ...]:
        return (*self.notes, *notes_on(self._left_out))

    def _add_line(self, line: str) -> None:
        if editable := EDITABLE.match(line):
            target = unquoted(editable["place"])
            self._add_requirement(target)
            self.notes.append(
                f"'{without_secrets(target)}' is installed as it is now, "
                "not as an editable package."
            )
        elif line.startswith("-"):
            self._add_option(line, self.add)
        else:
            self._add_requirement(line)

    def _add_option(self, line: str, add: Callable[[Iterable[str]], None]) -> None:
        """`add` takes the lines of a requirements file that is named here."""
        if nested := NESTED.match(line):
            self._add_file("requirements", unquoted(nested["file"]), add)
        elif constrained := CONSTRAINED.match(line):
            self._add_file("constraints", unquoted(constrained["file"]), self._constrain)
        elif line == PRERELEASES:
            self.takes_prereleases = True
        else:
            self.notes.append(ignored(line))

    def _constrain(self, lines: Iterable[str]) -> None:
        for line in _bare(lines):
            if line.startswith("-"):
                self._add_option(line, self._constrain)
            else:
                self._add_constraint(line)

    def _add_constraint(self, line: str) -> None:
        body, *options = _split(line)
        requirement = parsed(body)
        if requirement is None or requirement.extras:
            raise EnvironmentFailed(
                f"The constraint '{without_secrets(body)}' is not one that pip understands. "
                "Write a name and a version, such as 'numpy<2'."
            )
        if not is_needless(requirement.name):
            self.constraints.add(_with_hashes(requirement, options))

    def _add_file(self, kind: str, name: str, add: Callable[[Iterable[str]], None]) -> None:
        if self.folder is None:
            raise EnvironmentFailed(
                f"The {kind} file '{without_secrets(name)}' is not known to the service. "
                "Write its lines into the conda file."
            )
        before = self._at or self.folder
        path = (before / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise EnvironmentFailed(
                f"The {kind} file '{without_secrets(name)}' is not in the model's folder. "
                "Add it, or write its lines where it is named."
            )
        if (add, path) not in self._seen:
            self._seen.add((add, path))
            self._at = path.parent
            add(_lines(read_text(path)))
            self._at = before

    def _add_requirement(self, line: str) -> None:
        body, *options = _split(line)
        requirement = parsed(body)
        if requirement is None or (_LOCAL.search(body) and not requirement.url):
            self.packages.add(self._resolve_path(body))  # x-1.0.whl could be a name, and is none
        elif is_needless(requirement.name):
            self.leave_out(canonicalize_name(requirement.name))
        else:
            self.packages.add(_with_hashes(requirement, options))

    def _resolve_path(self, target: str) -> str:
        """A path inside the model's folder becomes absolute; what lies elsewhere is kept."""
        if _ELSEWHERE.match(target):
            return target
        if self.folder is not None:
            path = (self.folder / target).resolve()
            if path.exists() and path.is_relative_to(self.folder.resolve()):
                return str(path)
        if _LOCAL.search(target):
            raise EnvironmentFailed(
                f"'{target}' is a local project, and not one inside the model's folder. "
                "Put its modules into the code folder, or the package into the model."
            )
        raise EnvironmentFailed(
            f"'{target}' is not a requirement that pip understands. "
            "Write a name and a version, such as 'numpy==1.26.4'."
        )


def _bare(lines: Iterable[str]) -> Iterator[str]:
    """Without comments and blank lines; raises EnvironmentFailed for what is endless."""
    for number, line in enumerate(lines):
        if number >= MOST_LINES:
            raise EnvironmentFailed(
                f"There are more than {MOST_LINES} requirements in one list. Ask for fewer."
            )
        _check_length(line, LONGEST_LINE)
        bare = _COMMENT.sub("", line).strip()
        if bare:
            _check_length(bare if bare.startswith("-") else _split(bare)[0], LONGEST_PART)
            yield bare


def _check_length(text: str, longest: int) -> None:
    if len(text) > longest:
        raise EnvironmentFailed(
            f"The requirement that begins with '{text[:40]}' has {len(text)} characters. "
            f"Use at most {longest}."
        )


def _split(line: str) -> list[str]:
    """A requirement and its options, such as hashes."""
    return [part.strip() for part in _OPTION.split(line)]


def _lines(text: str) -> list[str]:
    return _CONTINUED.sub(" ", text.replace("\r\n", "\n")).split("\n")


def _with_hashes(requirement: Requirement, options: Iterable[str]) -> str:
    hashes = sorted(option for option in options if option.startswith("--hash"))
    return " ".join([normalised(requirement), *hashes])


def parsed(line: str) -> Requirement | None:
    """None when it is a path or a URL, or no requirement at all."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def named(lines: Iterable[str]) -> Iterator[Requirement]:
    """Those of the requirement lines that name a package."""
    for line in lines:
        requirement = parsed(_split(line)[0])
        if requirement is not None:
            yield requirement


def normalised(requirement: Requirement) -> str:
    """One spelling per meaning, so that equal environments have equal keys."""
    name = canonicalize_name(requirement.name)
    extras = f"[{','.join(sorted(map(canonicalize_name, requirement.extras)))}]"
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    where = f" @ {requirement.url}" if requirement.url else str(requirement.specifier)
    return f"{name}{extras if requirement.extras else ''}{where}{marker}"


def read_text(path: Path) -> str:
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise EnvironmentFailed(
                f"'{path.name}' has more than {LONGEST_FILE} bytes. Make it smaller."
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFailed(
            f"'{path.name}' cannot be read: {error}. Save it as UTF-8 text."
        ) from error
