"""Bicep as a syntax tree: modules, resources, parameters, settings."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))
_PARSER = Parser(Language(tree_sitter_bicep.language()))


@cache
def parse(path: Path) -> Node:
    return _PARSER.parse(path.read_bytes()).root_node


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node) -> str:
    return (node.text or b"").decode()


def of_kind(path: Path, kind: str) -> list[Node]:
    return [node for node in walk(parse(path)) if node.type == kind]


def name_of(declaration: Node) -> str:
    return next(text(one) for one in declaration.children if one.type == "identifier")


def literal(declaration: Node) -> str:
    """The string beside its name: a module's path, or a resource's type and version."""
    return next(text(one)[1:-1] for one in declaration.children if one.type == "string")


def body(declaration: Node) -> Node:
    """Its object, behind conditions and loops."""
    found = [one for one in walk(declaration) if one.type == "object"]
    return found[0]


def properties(node: Node) -> dict[str, Node]:
    """An object's own keys, with their values."""
    own: dict[str, Node] = {}
    for one in node.children:
        if one.type == "object_property" and one.named_children[0].type in {"identifier", "string"}:
            own[text(one.named_children[0]).strip("'")] = one.named_children[-1]
    return own


def parameters(path: Path) -> dict[str, bool]:
    """Names, and whether each has a default."""
    return {
        name_of(one): any(child.type == "=" for child in one.children)
        for one in of_kind(path, "parameter_declaration")
    }


def outputs(path: Path) -> set[str]:
    return {name_of(one) for one in of_kind(path, "output_declaration")}


def modules(path: Path) -> dict[str, tuple[Path, set[str]]]:
    """By symbol: the module's file, and the parameters that it is given."""
    found: dict[str, tuple[Path, set[str]]] = {}
    for one in of_kind(path, "module_declaration"):
        given = properties(properties(body(one))["params"])
        found[name_of(one)] = ((path.parent / literal(one)).resolve(), set(given))
    return found


def resources(path: Path) -> list[tuple[str, Node]]:
    """Type and version, and the declaration; nested ones have no version of their own."""
    return [(literal(one), one) for one in of_kind(path, "resource_declaration")]


def settings_of(path: Path) -> dict[str, str]:
    """What looks like an application setting: its name, and its value as it is written."""
    name = re.compile(r"[A-Z][A-Za-z]*(?:__\w+)?|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
    looks = re.compile(r"AzureWebJobs\w*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|LOCATION")
    found: dict[str, str] = {}
    for one in of_kind(path, "object_property"):
        key = text(one.named_children[0]).strip("'")
        if name.fullmatch(key) and looks.fullmatch(key):
            found[key] = text(one.named_children[-1]) if len(one.named_children) > 1 else ""
    return found
