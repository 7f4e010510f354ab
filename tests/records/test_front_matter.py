"""The front matter is read as people write it, and changed without touching what was not meant."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from lsp_server.errors import RefusedError
from lsp_server.records import front_matter_edit as edit
from lsp_server.records.front_matter import block, flow, read, scalar, split

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=40), max_size=8
)


def load(text: str) -> dict[str, object]:
    return yaml.load(text, Loader=yaml.CBaseLoader)


@given(TEXT)
def test_any_text_written_as_a_scalar_reads_back_as_the_same_text(text: str) -> None:
    assert load(f"key: {scalar(text)}\nafter: x\n") == {"key": text, "after": "x"}


@given(TEXT)
def test_a_scalar_reads_as_text_in_yaml_readers_that_guess_types(text: str) -> None:
    value = yaml.safe_load(f"key: {scalar(text)}\n")["key"]
    assert value == text or hasattr(value, "year")  # a date is a date to them, and to us


@given(st.lists(TEXT, max_size=6))
def test_any_list_written_on_one_line_reads_back(values: list[str]) -> None:
    assert load(f"key: {flow(values)}\n") == {"key": values}


@given(LINES)
def test_any_lines_of_code_written_as_a_block_read_back(lines: list[str]) -> None:
    written = f"a:\n  - path: x\n    text:{block(lines, 6)}\nafter: x\n"
    value = load(written)["a"][0]["text"]  # type: ignore[index]
    if isinstance(value, str):
        value = value.removesuffix("\n").split("\n")
    assert value == lines


SAMPLE = """---
# who decided
id: 1   # a comment
status: 'proposed' # later
tags: [a, b]
links:
    - supersedes: x  # ADR-1
list:
- one
- two

last: |
  a
  b
---

# Title

status: not this one
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("key", ["id", "status", "last", "new"])
def test_setting_one_value_changes_one_line_and_keeps_comments_and_line_ends(key: str, newline: str) -> None:
    before = SAMPLE.replace("\n", newline)
    after = edit.set_scalar(before, key, "accepted")
    assert read(split(after).front or "")[0][key] == "accepted"
    old, new = before.split(newline), after.split(newline)
    removed = [line for line in old if line not in new]
    assert len(removed) <= (1 if key != "last" else 3)
    assert split(after).body_text == split(before).body_text
    assert after.count("\r") == after.count("\n") * (newline == "\r\n")
    assert "# a comment" in after
    assert "# later" in after


@pytest.mark.parametrize("key", ["tags", "links", "list", "new", "id"])
def test_adding_an_item_keeps_the_items_there_are(key: str) -> None:
    before = SAMPLE
    after = edit.add_item(before, key, "supersedes: y  # ADR-2")
    was, now = read(split(before).front or "")[0], read(split(after).front or "")[0]
    old = was.get(key, [])
    assert now[key] == ([old] if isinstance(old, str) else old) + [{"supersedes": "y"}]
    assert {k: v for k, v in now.items() if k != key} == {k: v for k, v in was.items() if k != key}


def test_an_item_goes_below_the_last_one_with_its_indentation() -> None:
    after = edit.add_item(SAMPLE, "links", "amends: z")
    assert "    - supersedes: x  # ADR-1\n    - amends: z\nlist:" in after


KEYS = st.text("abcdefgh", min_size=1, max_size=6)


@given(st.dictionaries(KEYS, TEXT, min_size=1, max_size=6), st.data())
def test_setting_a_value_leaves_every_other_value_as_it_was(
    values: dict[str, str], data: st.DataObject
) -> None:
    text = "---\n" + "".join(f"{k}: {scalar(v)}  # c\n" for k, v in values.items()) + "---\nbody\n"
    key = data.draw(st.sampled_from(sorted(values)))
    new = data.draw(TEXT)
    after = edit.set_scalar(text, key, new)
    assert read(split(after).front or "") == ({**values, key: new}, ())
    assert len(after.split("\n")) == len(text.split("\n"))
    assume(new != values[key])
    assert sum(a != b for a, b in zip(after.split("\n"), text.split("\n"), strict=True)) == 1


def test_a_file_without_front_matter_gets_one_and_keeps_its_bytes() -> None:
    after = edit.append_lines("\ufeff# Title\r\ntext\r\n", ["id: x"])
    assert after == "\ufeff---\r\nid: x\r\n---\r\n# Title\r\ntext\r\n"


@pytest.mark.parametrize(
    "text", ["", "no\n", "---\nnever closed\n", "--- \n", " ---\na: 1\n---\n", "----\na\n----\n"]
)
def test_what_only_looks_like_front_matter_is_body(text: str) -> None:
    assert split(text).front is None
    assert split(text).body_text == text


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("a: 1\nb: [\nc: 2\n", 2),
        ("a: 'x\n", 1),
        ("a: 1\n\tb: 2\n", 2),
        ("- a\n- b\n", 1),
        ("a: *nobody\n", 1),
        ("just words\n", 1),
    ],
)
def test_malformed_yaml_is_a_problem_at_its_line_and_never_an_error(front: str, line: int) -> None:
    values, problems = read(front)
    assert values == {}
    assert [problem.line for problem in problems] == [line]


@pytest.mark.parametrize(
    "front",
    [
        "a: 1\nb: " + "[" * 50_000 + "]" * 50_000 + "\n",
        "a: 1\nb: " + "{a: " * 20_000 + "}" * 20_000 + "\n",
        "a: 1\nb:\n" + "- " * 20_000 + "x\n",
    ],
    ids=["lists", "mappings", "blocks"],
)
def test_nesting_that_would_overflow_the_stack_is_a_problem_at_its_line(front: str) -> None:
    # In a process of its own: without the bound, it dies.
    code = "import sys; from lsp_server.records.front_matter import read; print(read(sys.stdin.read()))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, input=front, capture_output=True, text=True
    )
    assert done.returncode == 0, done.returncode
    assert "nested more than 100 deep" in done.stdout


def test_much_that_is_not_nested_is_read() -> None:
    front = "".join(f"key{n}: [a, {{b: c}}]\n" for n in range(200))
    values, problems = read(front)
    assert not problems
    assert len(values) == 200


@given(st.text())
def test_no_text_at_all_makes_reading_fail(text: str) -> None:
    split(text)
    read(text)


def test_what_repeats_itself_without_end_is_not_read() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 9)]
    values, problems = read("\n".join(lines) + "\n")
    assert values == {}
    assert "repeats itself" in problems[0].message
    assert read("a: &a [x]\nb: *a\n")[0] == {"a": ["x"], "b": ["x"]}


def test_an_unreadable_front_matter_is_never_edited() -> None:
    with pytest.raises(RefusedError, match="not YAML"):
        edit.set_scalar("---\na: [\n---\n", "a", 1)
