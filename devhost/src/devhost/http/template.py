"""Route templates, `jobs/{id:int}/{*path}`: what they match and which values they take."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from devhost.http.constraints import Constraint


@dataclass(frozen=True)
class Parameter:
    """A hole in a template."""

    name: str
    constraints: tuple[Constraint, ...] = ()
    default: str | None = None
    is_optional: bool = False
    is_catch_all: bool = False

    @property
    def may_be_missing(self) -> bool:
        return self.is_optional or self.is_catch_all or self.default is not None

    def accepts(self, value: str) -> bool:
        return all(constraint.accepts(value) for constraint in self.constraints)


type TemplatePart = str | Parameter


@dataclass(frozen=True)
class TemplateSegment:
    """What stands between two slashes: text, a parameter, or both mixed."""

    parts: tuple[TemplatePart, ...]

    @property
    def only_parameter(self) -> Parameter | None:
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Parameter) else None

    @property
    def literal(self) -> str | None:
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, str) else None

    @property
    def parameters(self) -> Iterator[Parameter]:
        return (part for part in self.parts if isinstance(part, Parameter))

    def match(self, text: str) -> Mapping[str, str] | None:
        """The values of the parameters; as on the real host, the first ones take the most."""
        found = next(filter(None, (form.fullmatch(text) for form in self._forms)), None)
        if found is None:
            return None
        # Group names of `re` must be identifiers, and route parameters need not be.
        names = [parameter.name for parameter in self.parameters]
        return dict(zip(names, found.groups(), strict=False))

    @cached_property
    def _forms(self) -> tuple[re.Pattern[str], ...]:
        """The full form, and the one without an optional end: `{name}.{ext?}`."""
        forms = [self.parts]
        last = self.parts[-1]
        if isinstance(last, Parameter) and last.is_optional and len(self.parts) > 1:
            *before, dotted, _ = self.parts
            forms.append((*before, str(dotted).removesuffix(".")))
        return tuple(_pattern(form) for form in forms)


def _pattern(parts: tuple[TemplatePart, ...]) -> re.Pattern[str]:
    texts = [re.escape(part) if isinstance(part, str) else "(.+)" for part in parts]
    return re.compile("".join(texts), re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class RouteTemplate:
    """A whole route, without its leading slash."""

    text: str
    segments: tuple[TemplateSegment, ...]

    def match(self, path: str) -> Mapping[str, str] | None:
        """The route values of a decoded path (without its leading slash), or None."""
        texts = path_segments(path)
        values: dict[str, str] = {}
        for index, segment in enumerate(self.segments):
            parameter = segment.only_parameter
            if parameter is not None and parameter.is_catch_all:
                rest = path.split("/", index)[index] if index < len(texts) else ""
                values.update(_value(parameter, rest))
                return self._if_accepted(values)
            found = segment.match(texts[index]) if index < len(texts) else _missing(segment)
            if found is None:
                return None
            values.update(found)
        return self._if_accepted(values) if len(texts) <= len(self.segments) else None

    def _if_accepted(self, values: Mapping[str, str]) -> Mapping[str, str] | None:
        parameters = [one for segment in self.segments for one in segment.parameters]
        fits = all(one.accepts(values[one.name]) for one in parameters if one.name in values)
        return values if fits else None


def path_segments(path: str) -> list[str]:
    """The texts between slashes; one slash at the end adds none."""
    return path.removesuffix("/").split("/") if path not in {"", "/"} else [""] * len(path)


def _missing(segment: TemplateSegment) -> Mapping[str, str] | None:
    """What a segment stands for when the path ends before it."""
    parameter = segment.only_parameter
    if parameter is None or not parameter.may_be_missing:
        return None
    return _value(parameter, "")


def _value(parameter: Parameter, text: str) -> Mapping[str, str]:
    value = text or parameter.default
    return {parameter.name: value} if value else {}
