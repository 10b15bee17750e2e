"""Requirement lines as pip writes them: files, options, and the names that mean nothing here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from shared.scoring.environments.spec import EnvironmentFailed

_COMMENT = re.compile(r"(^|\s)#.*$")
_CONTINUED = re.compile(r"\\\n")
_OPTION = re.compile(r"\s+(?=--)")
_NESTED = re.compile(r"^(?:-r\s*|--requirement[\s=]\s*)(?P<file>.+)$")
_EDITABLE = re.compile(r"^(?:-e\s*|--editable[\s=]\s*)(?P<place>.+)$")
_PLACE = re.compile(r"^(?:\.{0,2}/|file:|(?:git|hg|svn|bzr)\+|https?://)|\.(?:whl|zip|tar\.gz)$")
# Azure ML's own packages serve its own machines.
_AZUREML = re.compile(r"^azureml-")
# A built environment is complete: nobody installs into it.
_INSTALLERS = frozenset({"pip", "wheel"})


@dataclass
class Requirements:
    """Gathers requirement lines. `folder` is what relative paths start from, if any."""

    folder: Path | None = None
    packages: set[str] = field(default_factory=set[str])
    notes: list[str] = field(default_factory=list[str])
    _seen: set[Path] = field(default_factory=set[Path])
    _left_out: list[str] = field(default_factory=list[str])

    def add_text(self, text: str) -> None:
        self.add(_CONTINUED.sub(" ", text.replace("\r\n", "\n")).split("\n"))

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            bare = _COMMENT.sub("", line).strip()
            if bare:
                self._add_line(bare)

    def leave_out(self, name: str) -> None:
        if name not in self._left_out:
            self._left_out.append(name)

    def all_notes(self) -> tuple[str, ...]:
        azureml = [name for name in self._left_out if _AZUREML.match(name)]
        others = [name for name in self._left_out if name not in azureml]
        left_out = [
            f"Left out, because {why}: {', '.join(sorted(names))}."
            for names, why in (
                (azureml, "this service does what they do"),
                (others, "the environment works without them"),
            )
            if names
        ]
        return (*self.notes, *left_out)

    def _add_line(self, line: str) -> None:
        nested, editable = _NESTED.match(line), _EDITABLE.match(line)
        if nested:
            self._add_file(_unquoted(nested["file"]))
        elif editable:
            place = _unquoted(editable["place"])
            self.notes.append(f"'{place}' is installed as it is now, not as an editable package.")
            self._add_requirement(place)
        elif line.startswith("-"):
            self.notes.append(
                f"The option '{without_password(line)}' is ignored: packages come from the "
                "service's own package index."
            )
        else:
            self._add_requirement(line)

    def _add_file(self, name: str) -> None:
        if self.folder is None:
            raise EnvironmentFailed(
                f"The requirements file '{name}' is not known to the service. "
                "Write its lines into the conda file."
            )
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise EnvironmentFailed(
                f"The requirements file '{name}' is not in the model's folder. "
                "Add it, or write its lines where it is named."
            )
        if path not in self._seen:
            self._seen.add(path)
            self.add_text(read_text(path))

    def _add_requirement(self, line: str) -> None:
        body, *options = _OPTION.split(line)
        hashes = sorted(option for option in options if option.startswith("--hash"))
        requirement = parsed(body)
        if requirement is None:
            self.packages.add(self._placed(body))
        elif is_needless(requirement.name):
            self.leave_out(canonicalize_name(requirement.name))
        else:
            self.packages.add(" ".join([normalised(requirement), *hashes]))

    def _placed(self, place: str) -> str:
        """A path inside the model's folder becomes absolute; all else is kept as it is."""
        inside = (self.folder / place) if self.folder else Path(place)
        if _PLACE.search(place) or (self.folder and inside.exists()):
            is_ours = self.folder is not None and inside.exists()
            return str(inside.resolve()) if is_ours else place
        raise EnvironmentFailed(
            f"'{place}' is not a requirement that pip understands. "
            "Write a name and a version, such as 'numpy==1.26.4'."
        )


def parsed(line: str) -> Requirement | None:
    """None when it is a path or a URL, or no requirement at all."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def named(lines: Iterable[str]) -> Iterator[Requirement]:
    """Those of the requirement lines that name a package."""
    for line in lines:
        requirement = parsed(_OPTION.split(line)[0])
        if requirement is not None:
            yield requirement


def normalised(requirement: Requirement) -> str:
    """One spelling per meaning, so that equal environments have equal keys."""
    name = canonicalize_name(requirement.name)
    extras = f"[{','.join(sorted(map(canonicalize_name, requirement.extras)))}]"
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    where = f" @ {requirement.url}" if requirement.url else str(requirement.specifier)
    return f"{name}{extras if requirement.extras else ''}{where}{marker}"


def is_needless(name: str) -> bool:
    canonical = canonicalize_name(name)
    return canonical in _INSTALLERS or bool(_AZUREML.match(canonical))


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFailed(
            f"'{path.name}' cannot be read: {error}. Save it as UTF-8 text."
        ) from error


def without_password(line: str) -> str:
    """Index URLs carry credentials, and notes are shown to everybody."""
    return " ".join(_clean(word) for word in re.split(r"\s+", line))


def _clean(word: str) -> str:
    option, equals, url = word.rpartition("=") if word.startswith("--") else ("", "", word)
    if "://" not in url or "@" not in url:
        return word
    parts = urlsplit(url)
    return f"{option}{equals}{urlunsplit(parts._replace(netloc=parts.netloc.rpartition('@')[2]))}"


def _unquoted(text: str) -> str:
    return text.strip().strip("'\"")
