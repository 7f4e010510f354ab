"""The quick composer of front matters against YAML's own."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.records import plain_nodes
from lsp_server.records.plain_front_matter import read_plain

UUID = "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"
KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True)
TEXTS = st.sampled_from(
    ["12", "accepted", "two words", "2026-11-21T10:00:00+00:00", UUID, "src/app.py", "a:1", "y", "1.5", "_x"]
)
PIECES = st.one_of(
    st.tuples(st.just("scalar"), TEXTS),
    st.tuples(st.just("words"), st.lists(st.sampled_from(["auth", "two words", "1", "a/b"]), min_size=1)),
    st.tuples(st.just("list"), st.lists(TEXTS, min_size=1, max_size=4)),
    st.tuples(st.just("mapping"), st.lists(st.tuples(KEYS, TEXTS), min_size=1, max_size=4)),
    st.tuples(st.just("items"), st.lists(st.tuples(KEYS, TEXTS, st.booleans()), min_size=1, max_size=4)),
)


def written(key: str, piece: tuple[str, Any]) -> str:
    how, value = piece
    if how == "scalar":
        return f"{key}: {value}\n"
    if how == "words":
        return f"{key}: [{', '.join(value)}]\n"
    if how == "list":
        return f"{key}:\n" + "".join(f"  - {text}\n" for text in value)
    if how == "mapping":
        return f"{key}:\n" + "".join(f"  {name}: {text}\n" for name, text in value)
    return f"{key}:\n" + "".join(
        f"  - {name}: {text}{'  # ADR-0012' if said else ''}\n" for name, text, said in value
    )


def shape(node: yaml.Node) -> object:
    marks = [(mark.index, mark.column) for mark in (node.start_mark, node.end_mark)]
    if isinstance(node, yaml.ScalarNode):
        return marks, node.value, node.style
    if isinstance(node, yaml.MappingNode):
        return marks, node.flow_style, [(shape(key), shape(value)) for key, value in node.value]
    assert isinstance(node, yaml.SequenceNode)
    return marks, node.flow_style, [shape(item) for item in node.value]


@given(st.dictionaries(KEYS, PIECES, min_size=1, max_size=6))
def test_a_plain_front_matter_is_composed_as_yaml_does_it(pieces: dict[str, tuple[str, Any]]) -> None:
    front = "".join(written(key, piece) for key, piece in pieces.items())
    found = plain_nodes.compose(front)
    assert found is not None
    assert read_plain(front) == yaml.load(front, Loader=yaml.BaseLoader)
    expected = yaml.compose(front, Loader=yaml.SafeLoader)
    assert expected is not None
    assert shape(found) == shape(expected)


@pytest.mark.parametrize(
    "front",
    [
        "",
        "a: 'b'\n",
        "a: 1\na: 2\n",
        "# said\na: b\n",
        "a: [b]  # said\n",
        "a: |\n  b\n",
        "a: {b: c}\n",
        "a:\n",
    ],
)
def test_anything_else_is_left_to_yaml(front: str) -> None:
    assert plain_nodes.compose(front) is None
