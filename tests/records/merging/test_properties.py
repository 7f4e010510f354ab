"""What holds for any two edits of any record."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.document import parse
from lsp_server.records.merging import Merged, merge_record, merge_text
from lsp_server.records.model import Kind

NAMES = ("A Developer, 2026-11-21 (3f2a9c1d)", "B Developer, 2026-11-20 (77aa001b)")
ID = "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"
WORDS = st.integers(0, 400).map(lambda number: f"word{number} is said{number % 7}")


@st.composite
def units(draw: st.DrawFn) -> str:
    """A paragraph, an item, a heading, a block of code, a comment."""
    said = draw(WORDS)
    return draw(
        st.sampled_from(
            [
                said,
                f"* {said}",
                f"* {said}",
                f"1. {said}",
                f"## {said}",
                f"```\n{said}\n\n<<<<<<< {said}\n```",
                f"<!-- {said}\n\nmore -->",
                f"| a | b |\n|---|---|\n| {said} | 1 |",
            ]
        )
    )


def body(parts: list[str]) -> str:
    text = ""
    for above, part in zip(["", *parts], parts, strict=False):
        listed = above.startswith("* ") and part.startswith("* ")
        text += ("\n" if listed else "\n\n") + part
    return text.strip("\n") + "\n"


FRONT = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["proposed", "accepted", "rejected", "deprecated", "superseded"]),
        "tags": st.lists(st.sampled_from(["auth", "api", "db", "ui", "a, b"]), unique=True),
        "decision-makers": st.lists(st.sampled_from(["ann", "bob", "carl"]), unique=True),
        "created": st.sampled_from(["2026-11-21T10:00:00+00:00", "2026-11-20T10:00:00Z"]),
        "number": st.sampled_from(["12", "13"]),
        "area": st.sampled_from(["one", '"two: three"', "[x, y]", "{a: 1}", "null"]),
        "reviewed": st.sampled_from(["", "yes", "2026-01-01", "|\n  a\n\n  b"]),
    }
)


def front(values: dict[str, object]) -> str:
    lines = [f"id: {ID}", "kind: decision  # ours", "# a remark"]
    for key, value in values.items():
        if isinstance(value, list):
            quoted = [f'"{item}"' if "," in item else item for item in value]
            lines += [f"{key}: [{', '.join(quoted)}]"] if len(value) % 2 else []
            lines += [f"{key}:", *(f"  - {item}" for item in quoted)] if value and not len(value) % 2 else []
        elif value:
            lines.append(f"{key}: {value}")
    return "---\n" + "\n".join(lines) + "\n---\n\n"


@st.composite
def three(draw: st.DrawFn) -> tuple[bytes, bytes, bytes, list[list[str]]]:
    """A record and two edits of it; and the parts of each of the three bodies."""
    base = draw(st.lists(units(), max_size=7, unique=True))
    values = draw(FRONT)
    files, parts = [], []
    for number in range(3):
        own = list(base)
        mine = dict(values)
        for _ in range(draw(st.integers(0, 4)) if number else 0):
            place = draw(st.integers(0, len(own)))
            step = draw(st.sampled_from(["add", "change", "remove", "field"]))
            if step == "add":
                own.insert(place, draw(units()))
            elif step == "field":
                key = draw(st.sampled_from(sorted(mine)))
                mine[key] = draw(FRONT)[key]
            elif place < len(own) and step == "change":
                own[place] = draw(units()) if draw(st.booleans()) else own[place].replace("said", "told")
            elif place < len(own):
                own.pop(place)
        title = draw(st.sampled_from(["Use JWT", "Use JWT", "Use tokens", "Use a token"]))
        if number:
            mine["area"] = draw(st.sampled_from([mine["area"], "other"]))
        files.append((front(mine) + f"# {title}\n\n" + body(own)).encode())
        parts.append(own)
    return files[0], files[1], files[2], parts


def merged(base: bytes | None, one: bytes, other: bytes) -> Merged:
    """The merge, which is the same from both sides."""
    result = merge_record(Kind.DECISION, base, one, other, NAMES)
    assert merge_record(Kind.DECISION, base, other, one, NAMES[::-1]) == result
    return result


@settings(deadline=None)
@given(three(), st.booleans())
def test_a_merge_has_all_that_either_side_wrote_and_reads_as_the_same_record(
    case: tuple[bytes, bytes, bytes, list[list[str]]], related: bool
) -> None:
    base, one, other, parts = case
    result = merged(base if related else None, one, other)
    text = result.data.decode()
    old = set(parts[0]) if related else set()
    for side, beside in ((parts[1], parts[2]), (parts[2], parts[1])):
        for part in side:
            if part not in old or part in beside:
                assert part.lstrip("1.") in text
    record = parse("decisions/0012-x.md", result.data).record
    assert record is not None
    assert (record.id, record.kind) == (ID, Kind.DECISION)
    assert record.conflicts == result.conflicts


@settings(deadline=None)
@given(three())
def test_what_one_side_alone_changed_is_that_sides_file(
    case: tuple[bytes, bytes, bytes, list[list[str]]],
) -> None:
    base, one, _, _ = case
    assert merged(base, one, base).data == one
    assert merged(base, one, one).data == one
    assert merged(None, one, one).data == one


@settings(deadline=None)
@given(three())
def test_a_side_merged_again_changes_nothing_that_was_said(
    case: tuple[bytes, bytes, bytes, list[list[str]]],
) -> None:
    base, one, other, parts = case
    once = merged(base, one, other)
    again = merged(base, once.data, other)
    for part in {*parts[1], *parts[2]} - set(parts[0]):
        assert part.lstrip("1.") in again.data.decode()
    assert {conflict.where for conflict in once.conflicts} <= {conflict.where for conflict in again.conflicts}


STRANGE = [
    *(b"", b"\r\n", b"---\n", b"\xff", b"<<<<<<< x\n", b"=======\n", b">>>>>>> y\n", b"```\n"),
    *(b"conflicts:\n  - status: rejected\n", b"\xef\xbb\xbf", b"  - ", b"&a [*a]", b"\r", b"\t"),
]


@st.composite
def any_files(draw: st.DrawFn) -> list[bytes]:
    """Three files that may be anything: records cut and spliced, with other line ends, not UTF-8."""
    base, one, other, _ = draw(three())
    files = []
    for written in (base, one, other):
        data = written
        for _ in range(draw(st.integers(0, 3))):
            place = draw(st.integers(0, len(data)))
            stop = draw(st.integers(place, min(len(data), place + 30)))
            piece = draw(st.sampled_from(STRANGE))
            data = data[:place] + piece + data[stop:]
        files.append(data.replace(b"\n", b"\r\n") if draw(st.integers(0, 3)) == 3 else data)
    return files


@settings(deadline=None)
@given(any_files(), st.booleans())
def test_no_file_is_too_strange_to_be_merged(files: list[bytes], related: bool) -> None:
    base, one, other = files
    merged(base if related else None, one, other)
    texts = [merge_text(base, one, other, NAMES), merge_text(base, other, one, NAMES[::-1])]
    assert texts[0] == texts[1]


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
@settings(max_examples=50, deadline=None)
def test_bytes_that_are_no_text_are_merged_too(base: bytes, one: bytes, other: bytes) -> None:
    merged(base, one, other)
    merged(None, one, other)
