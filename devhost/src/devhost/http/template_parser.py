"""Parses route templates with the grammar and the refusals of ASP.NET Core's inline routes."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from devhost.http.constraints import BadConstraint, Constraint, constraint
from devhost.http.template import Parameter, RouteTemplate, TemplatePart, TemplateSegment


class BadTemplate(ValueError):
    """What is wrong with a route template."""


def parse_template(text: str) -> RouteTemplate:
    """A template of `a/b/{c:int}`; one slash at either end is of no account."""
    trimmed = text.strip("/")
    segments = tuple(_segments(trimmed)) if trimmed else ()
    _check_names(segments)
    _check_catch_alls(segments)
    _check_optionals(segments)
    return RouteTemplate(trimmed, segments)


def _segments(text: str) -> Iterator[TemplateSegment]:
    parts: list[TemplatePart] = []
    for part in _parts(text):
        if part == "/":
            yield _segment(parts)
            parts = []
        else:
            parts.append(part)
    yield _segment(parts)


def _segment(parts: list[TemplatePart]) -> TemplateSegment:
    if not parts:
        raise BadTemplate("two slashes follow each other")
    for left, right in itertools.pairwise(parts):
        if isinstance(left, Parameter) and isinstance(right, Parameter):
            raise BadTemplate(f"'{{{left.name}}}{{{right.name}}}' have no text between them")
    return TemplateSegment(tuple(parts))


def _parts(text: str) -> Iterator[TemplatePart]:
    """Literals, parameters, and each '/' outside braces by itself."""
    at = 0
    while at < len(text):
        if text[at] == "/":
            yield "/"
            at += 1
        elif text[at] == "{" and text[at : at + 2] != "{{":
            content, at = _braced(text, at + 1)
            yield _parameter(content)
        else:
            literal, at = _literal(text, at)
            yield literal


def _literal(text: str, at: int) -> tuple[str, int]:
    """Up to the next '/' or parameter; doubled braces stand for one."""
    literal = ""
    while at < len(text) and text[at] != "/":
        pair = text[at : at + 2]
        if pair in {"{{", "}}"}:
            literal += pair[0]
            at += 2
        elif text[at] == "{":
            break
        elif text[at] in "}?":
            raise BadTemplate(f"'{text[at]}' stands outside of a parameter")
        else:
            literal += text[at]
            at += 1
    return literal, at


def _braced(text: str, at: int) -> tuple[str, int]:
    """The content of a parameter, and where it ends; doubled braces stand for one."""
    content = ""
    while at < len(text):
        pair = text[at : at + 2]
        if pair in {"{{", "}}"}:
            content += pair[0]
            at += 2
        elif text[at] == "}":
            return content, at + 1
        elif text[at] == "{":
            break
        else:
            content += text[at]
            at += 1
    raise BadTemplate("a brace is opened and not closed")


def _parameter(content: str) -> Parameter:
    stars = len(content) - len(content.lstrip("*"))
    body = content[stars:]
    is_optional = body.endswith("?")
    body = body.removesuffix("?")
    name = _until(body, ":=")
    if not name or stars > len("**") or any(mark in name for mark in "/{}?*"):
        raise BadTemplate(f"'{{{content}}}' has no proper name")
    constraints, default = _constraints(body[len(name) :])
    parameter = Parameter(name, constraints, default, is_optional, is_catch_all=stars > 0)
    return _checked(parameter)


def _checked(parameter: Parameter) -> Parameter:
    if parameter.is_optional and parameter.is_catch_all:
        raise BadTemplate(
            f"the catch-all '{parameter.name}' is marked optional, which it is anyway"
        )
    if parameter.is_optional and parameter.default is not None:
        raise BadTemplate(f"'{parameter.name}' is optional and has a default")
    return replace(parameter, default=parameter.default or None)


def _constraints(text: str) -> tuple[tuple[Constraint, ...], str | None]:
    """`:int:min(1)=5` to its constraints and its default."""
    constraints = []
    while text.startswith(":"):
        one = _constraint_text(text[1:])
        text = text[1 + len(one) :]
        try:
            constraints.append(constraint(one))
        except BadConstraint as error:
            raise BadTemplate(str(error)) from error
    return tuple(constraints), text[1:] if text.startswith("=") else None


def _constraint_text(text: str) -> str:
    """Up to the next ':' or '=' that is outside of the constraint's parentheses."""
    if "(" not in _until(text, ":="):
        return _until(text, ":=")
    closing = text.find(")")
    while closing != -1 and text[closing + 1 : closing + 2] not in {"", ":", "="}:
        closing = text.find(")", closing + 1)
    return text if closing == -1 else text[: closing + 1]


def _until(text: str, marks: str) -> str:
    ends = [at for at in (text.find(mark) for mark in marks) if at != -1]
    return text[: min(ends)] if ends else text


def _check_names(segments: tuple[TemplateSegment, ...]) -> None:
    names = [one.name.lower() for segment in segments for one in segment.parameters]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadTemplate(f"the parameter name '{twice[0]}' is used twice")


def _check_catch_alls(segments: tuple[TemplateSegment, ...]) -> None:
    for index, segment in enumerate(segments):
        if any(one.is_catch_all for one in segment.parameters):
            if len(segment.parts) > 1:
                raise BadTemplate("a catch-all shares its segment with something else")
            if index < len(segments) - 1:
                raise BadTemplate("a catch-all is not the last segment")


def _check_optionals(segments: tuple[TemplateSegment, ...]) -> None:
    """Inside a mixed segment an optional parameter ends it, after a dot."""
    for segment in segments:
        for index, part in enumerate(segment.parts):
            if isinstance(part, Parameter) and part.is_optional and len(segment.parts) > 1:
                before = segment.parts[index - 1] if index else ""
                if index < len(segment.parts) - 1 or not str(before).endswith("."):
                    raise BadTemplate(f"the optional '{part.name}' does not end after a '.'")
