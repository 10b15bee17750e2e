"""Whether two routes can match the same request: the real host would then take either one."""

from collections.abc import Iterator

from devhost.http.template import Parameter, RouteTemplate, TemplateSegment

# Pairs of constraints that no value satisfies both of.
EXCLUSIVE = {
    frozenset(pair)
    for pair in (
        ("int", "alpha"), ("int", "bool"), ("int", "guid"),
        ("long", "alpha"), ("long", "bool"),
        ("guid", "bool"), ("file", "nonfile"), ("file", "alpha"), ("file", "int"),
    )
}  # fmt: skip


def can_overlap(left: RouteTemplate, right: RouteTemplate) -> bool:
    """True unless it is certain that no path fits both."""
    return any(_meet(one, other) for one in _lengths(left) for other in _lengths(right))


def _lengths(template: RouteTemplate) -> Iterator[tuple[TemplateSegment, ...]]:
    """The template, and each shorter form that its optional end allows."""
    segments = template.segments
    yield segments
    while segments:
        last = segments[-1].only_parameter
        if last is None or not last.may_be_missing:
            return
        segments = segments[:-1]
        yield segments


def _meet(left: tuple[TemplateSegment, ...], right: tuple[TemplateSegment, ...]) -> bool:
    if _swallows_the_rest(left) or _swallows_the_rest(right):
        return True
    if not left or not right:
        return not left and not right
    return _share_a_value(left[0], right[0]) and _meet(left[1:], right[1:])


def _swallows_the_rest(segments: tuple[TemplateSegment, ...]) -> bool:
    first = segments[0].only_parameter if segments else None
    return first is not None and first.is_catch_all


def _share_a_value(left: TemplateSegment, right: TemplateSegment) -> bool:
    if left.literal is not None:
        return _can_be(right, left.literal)
    if right.literal is not None:
        return _can_be(left, right.literal)
    ours, theirs = left.only_parameter, right.only_parameter
    return ours is None or theirs is None or not _exclude_each_other(ours, theirs)


def _can_be(segment: TemplateSegment, text: str) -> bool:
    values = segment.match(text)
    if values is None:
        return False
    return all(one.accepts(values[one.name]) for one in segment.parameters if one.name in values)


def _exclude_each_other(left: Parameter, right: Parameter) -> bool:
    pairs = {
        frozenset((one.name, other.name)) for one in left.constraints for other in right.constraints
    }
    return not pairs.isdisjoint(EXCLUSIVE)
