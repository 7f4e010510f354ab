"""What is read without YAML is what YAML reads."""

from __future__ import annotations

import pytest
import yaml
from examples import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lsp_server.records.plain_front_matter import read_plain

PIECES = st.sampled_from(
    (
        "id",
        "tags",
        "code",
        "a-b",
        "text",
        "~",
        "null",
        "yes",
        "10:00",
        "1",
        "-",
        ".",
        "@",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "{",
        "}",
        "é",
        "commit",
        "?",
        "%",
        "`",
        "a:1",
        "/",
        "+",
        "x@y.org",
        "[",
        "]",
        "'",
        '"',
        "2026-11-21T10:00:00+00:00",
        ": ",
        ":",
        "\n",
        "  ",
        "- ",
        ", ",
        " # x",
        "two words",
        "\t",
        "\r\n",
        "---\n",
        "...",
        "id: 1\n",
        "  branch: main\n",
        "  - supersedes: 1-2  # ADR-1\n",
        "tags: [a, b c]\n",
        "code:\n",
    )
)


def by_yaml(front: str) -> object:
    return yaml.load(front, Loader=yaml.BaseLoader)


@given(st.lists(PIECES, max_size=12).map("".join))
@example(
    "a: b c\ntags: [x, y z]\ncode:\n  commit: 12\n  branch: feature/x\nlinks:\n  - taught: 1-2  # ADR-1\n"
)
@example("a: 1\na: 2\n")
@example("a: [b:1]\n")
@example("a: b\n  c: d\n")
@example("a:\n- b: c\n")
@settings(max_examples=examples(1500), deadline=None)
def test_what_is_read_is_what_yaml_reads(front: str) -> None:
    found = read_plain(front)
    if found is not None:
        assert found == by_yaml(front)
        assert list(found) == list(by_yaml(front))  # type: ignore[call-overload]  # it equals a mapping


def test_our_own_front_matter_is_read_without_yaml() -> None:
    front = (
        "id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: decision\nnumber: 12\nstatus: accepted\n"
        "created: 2026-11-21T10:00:00.123+00:00\ntags: [auth, rest api]\nlinks:\n"
        "  - supersedes: 9f3c1a2b-8a1b-4c3d-9e4f-0a1b2c3d4e5f  # ADR-0003\n"
        "code:\n  commit: 3f2a\n  branch: fix/login\n  dirty: true\n"
    )
    assert read_plain(front) == by_yaml(front)


@pytest.mark.parametrize(
    "front",
    ["", "a: 'b'\n", "a: b", "a: |\n  b\n", "a: b # c\n", "a: b:c\n", "- a\n", "a: b\n c\n", "a: é\n"],
)
def test_what_is_more_than_plain_is_left_to_yaml(front: str) -> None:
    assert read_plain(front) is None
