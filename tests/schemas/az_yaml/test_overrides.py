"""az's `--set`: paths, quotes, indices and values; and YAML there and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidRequest
from shared.schemas.az_yaml.nodes import FLAGS, Node, parse
from shared.schemas.az_yaml.overrides import apply, node_of, put

LETTERS = st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\"'")
WORDS = st.text(LETTERS, min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def tree(content: Any) -> Node:
    return node_of(content, FLAGS)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("a=1", {"a": 1}),
        ("a.b.c=x", {"a": {"b": {"c": "x"}}}),
        ("a=true", {"a": True}),
        ("a=null", {"a": None}),
        ("a=", {"a": ""}),
        ("a=x=y", {"a": "x=y"}),
        ("a=x: y", {"a": "x: y"}),
        ("a='1'", {"a": "1"}),
        ('a="x y"', {"a": "x y"}),
        ('a={"b": [1]}', {"a": {"b": [1]}}),
        ("a={b: 1}", {"a": {"b": 1}}),
        ("a=[1, x]", {"a": [1, "x"]}),
        ('tags."a.b"=c', {"tags": {"a.b": "c"}}),
        ("tags['a=b']=c", {"tags": {"a=b": "c"}}),
        ("list[0].b=2", {"list": [{"b": 2}, 5]}),
        ("list.1=2", {"list": [{"b": 1}, 2]}),
        ("list[2]=3", {"list": [{"b": 1}, 5, 3]}),
        ("empty.a=1", {"empty": {"a": 1}}),
    ],
)
def test_a_path_and_a_value_are_put_where_they_belong(override: str, expected: Any) -> None:
    root = tree({"list": [{"b": 1}, 5], "empty": None})

    apply(root, override)

    plain = root.plain()
    assert expected == {key: plain[key] for key in expected}


@pytest.mark.parametrize(
    ("override", "why"),
    [
        ("a", "has no key and value"),
        ("=a", "has no key and value"),
        ("a..b=1", "is not the path of a key"),
        ("word.b=1", "'x' has no key 'b'"),
        ("list[7]=1", "has no element '7'. It has 2, counted from 0"),
        ("list.b=1", "has no element 'b'"),
        ("a={b", "begins with a bracket, but is not JSON"),
    ],
)
def test_an_override_that_leads_nowhere_is_refused(override: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why.replace("[", r"\[")):
        apply(tree({"list": [{"b": 1}, 5], "word": "x"}), override)


@given(keys=st.lists(WORDS, min_size=1, max_size=4), value=VALUES)
def test_what_is_put_is_found_again(keys: list[str], value: Any) -> None:
    root, path = tree({}), ".".join(f'"{key}"' for key in keys)

    put(root, path, node_of(value, FLAGS))

    found = root
    for key in keys:
        found = found.entries[key]
    assert value == found.plain()


@given(content=st.dictionaries(WORDS, VALUES, max_size=4))
def test_json_is_yaml_that_reads_back_the_same(content: Any) -> None:
    root = parse(json.dumps(content, ensure_ascii=False), "file.yml")

    assert content == root.plain()
    assert all(node.key_position and node.position.line for node in root.entries.values())
