"""A record's file and the record are the same thing, both ways."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.anchors import UNCOMMITTED, Anchor, Birth, CodePosition, CodeRange, whole
from lsp_server.records.document import parse
from lsp_server.records.model import MARKDOWN_KINDS, Kind, Link, Record, Relation
from lsp_server.records.paths import FOLDERS
from lsp_server.rendering.environment import Templates
from lsp_server.rendering.records import render_record

ID = "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"
TEMPLATES = Templates()

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)
COMMIT = st.text("0123456789abcdef", min_size=40, max_size=40)
PATH = st.from_regex(r"[A-Za-zé][A-Za-z0-9_. \-é]{0,10}(?:/[A-Za-z0-9_]{1,8})?", fullmatch=True)


@st.composite
def anchors(draw: st.DrawFn) -> Anchor:
    start = draw(st.integers(1, 5000))
    text = tuple(draw(st.lists(LINE, min_size=1, max_size=5)))
    path = draw(PATH)
    born = draw(st.integers(1, 5000))
    birth = Birth(draw(COMMIT | st.just(UNCOMMITTED)), draw(PATH), born, born + len(text) - 1)
    if draw(st.booleans()) and draw(st.booleans()):
        return Anchor(whole(path + draw(st.sampled_from(["", "/"]))))
    symbol = draw(st.sampled_from(["", "Login.check", "operator==", "#a: b"]))
    return Anchor(CodeRange(path, start, start + len(text) - 1), (birth,), text, symbol)


RECORDS = st.builds(
    Record,
    id=st.uuids(version=4).map(str),
    kind=st.just(Kind.LEARNING),
    title=st.from_regex(r"[A-Za-z][A-Za-z0-9 :'\"&?!,]{0,60}[a-z]", fullmatch=True).map(
        lambda t: " ".join(t.split())
    ),
    label=st.just(""),
    created=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(
        lambda d: d.replace(microsecond=0, tzinfo=timezone(timedelta(hours=2)))
    ),
    path=st.just("learnings/2026/11/21-x.md"),
    tags=st.lists(
        st.from_regex(r"[^\W_][^\x00-\x1f,\u0085\u2028\u2029]{0,12}[^\W_]", fullmatch=True), max_size=3
    ).map(lambda tags: tuple(" ".join(tag.split()) for tag in tags)),
    links=st.lists(
        st.builds(Link, st.sampled_from(Relation), st.uuids(version=4).map(str), st.none()), max_size=3
    ).map(tuple),
    code=st.none()
    | st.builds(
        CodePosition,
        COMMIT,
        st.from_regex(r"[a-z][a-z0-9/\-]{0,12}", fullmatch=True),
        st.none() | st.booleans(),
        st.lists(st.tuples(COMMIT, st.sampled_from(["hook", "patch-id"])), max_size=2).map(tuple),
    ),
    anchors=st.lists(anchors(), max_size=3).map(tuple),
    fields=st.just({}),
)


@settings(max_examples=examples(150), deadline=None)
@given(RECORDS)
def test_a_record_written_to_its_file_reads_back_as_the_same_record(record: Record) -> None:
    text = render_record(TEMPLATES, record)
    parsed = parse(record.path, text.encode("utf-8"))
    assert parsed.problems == ()
    again = parsed.record
    assert again is not None
    for name in ("id", "kind", "title", "created", "tags", "links", "code", "anchors"):
        assert getattr(again, name) == getattr(record, name), name


FIELDS = {
    Kind.DECISION: {
        "deciders": ("The team", "A, B"),
        "context": "We need it.\n\n```python\n# not a heading\n```",
        "options": ("JWT", "Sessions\nwith a store"),
        "decision": "JWT",
        "rationale": "No state.",
        "good": ("it scales",),
        "bad": ("no revocation", "large tokens"),
        "implementation": "PyJWT, one hour.",
    },
    Kind.LEARNING: {
        "what_happened": "Two users.",
        "root_cause": "Case.",
        "solution": "lower()",
        "lesson": "Normalise.",
        "applied_to": ("login", "search"),
    },
    Kind.BUG: {
        "severity": "high",
        "description": "It fails.",
        "steps": ("Open", "Press"),
        "expected": "a",
        "actual": "b",
        "root_cause": "c",
        "fix": "d",
        "tests": "e",
        "reported_by": "the support desk",
        "fixed_in": "abc123",
        "deployed_to": ("staging", "production"),
        "deployed": "2026-11-21",
        "lessons": "Look at the case.",
    },
    Kind.CHECKPOINT: {
        "phase": "Implementation",
        "state": "completed",
        "session": "session_20261121_1000",
        "current_task": "User Authentication",
        "details": "All of it.",
        "completed": ("a",),
        "in_progress": ("b",),
        "todo": ("c", "d"),
        "metrics": {"tests": 8, "coverage": 85.5, "grade": "A"},
        "notes": "Ready.",
    },
}


def sample(kind: Kind, **changes: object) -> Record:
    values: dict[str, object] = {
        "id": ID,
        "kind": kind,
        "title": "A title",
        "label": "",
        "path": f"{FOLDERS[kind]}/x.md",
        "created": datetime(2026, 11, 21, 10, tzinfo=timezone.utc),
        "fields": FIELDS[kind],
        "number": 12 if kind in (Kind.DECISION, Kind.BUG) else None,
        "status": {Kind.DECISION: "proposed", Kind.BUG: "open"}.get(kind),
    }
    return Record(**{**values, **changes})  # type: ignore[arg-type]  # a table of keyword arguments


@pytest.mark.parametrize("kind", MARKDOWN_KINDS)
def test_every_field_of_every_kind_reads_back(kind: Kind) -> None:
    record = sample(kind)
    parsed = parse(record.path, render_record(TEMPLATES, record).encode())
    assert parsed.problems == ()
    assert parsed.record is not None
    assert parsed.record.fields == FIELDS[kind]
    assert parsed.record.status == record.status


def test_a_checkpoint_lists_files_with_counts_without_and_binary_ones() -> None:
    files = [
        {"path": "a b.py", "added": 3, "removed": 0},
        {"path": "logo.png", "added": None, "removed": None},
        {"path": "docs/API.md"},
    ]
    text = render_record(TEMPLATES, sample(Kind.CHECKPOINT), files=files)
    assert "* `logo.png` (binary)\n* `docs/API.md`\n" in text
    record = parse("checkpoints/x.md", text.encode()).record
    assert record is not None
    assert list(record.fields["files"]) == files


def test_a_decision_in_nygards_form_has_its_status_in_the_body() -> None:
    text = render_record(TEMPLATES, sample(Kind.DECISION), form="nygard")
    assert "\nstatus:" not in text.split("---")[1]
    parsed = parse("decisions/0012-x.md", text.encode())
    assert parsed.record is not None
    assert parsed.record.status == "proposed"


@pytest.mark.parametrize("kind", MARKDOWN_KINDS)
def test_files_end_with_one_newline_and_have_no_empty_sections(kind: Kind) -> None:
    for record in (sample(kind), sample(kind, fields={})):
        text = render_record(TEMPLATES, record)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "\n\n\n" not in text
        assert "<!--" not in text


PROBLEMS = [
    (b"# No front matter\n", 0, "no front matter"),
    (b"---\nid: x\n", 0, "no closing"),
    (b"---\n---\n# T\n", 0, "empty"),
    (b"---\nkind: learning\n---\n# T\n", 0, "no id"),
    (b"---\nkind: learning\nid: twelve\n---\n# T\n", 2, "not a UUID"),
    (f"---\nid: {ID}\nkind: poem\n---\n# T\n".encode(), 2, "kind should be"),
    (f"---\nid: {ID}\nkind: learning\ncreated: soon\n---\n# T\n".encode(), 3, "not a date"),
    (f"---\nid: {ID}\nkind: learning\ncreated: 2026-01-01\n---\ntext\n".encode(), 5, "no title"),
    (
        f"---\nid: {ID}\nkind: learning\ncreated: 2026-01-01\nlinks: [a]\n---\n# T\n".encode(),
        4,
        "a link should be",
    ),
    (f"---\nid: {ID}\nkind: learning\ncreated: 2026-01-01\ntags: [a\n---\n# T\n".encode(), 4, "not YAML"),
    (
        f"---\nid: {ID}\nkind: learning\ncreated: 2026-01-01\n---\n# T\n\xff\n".encode("latin-1"),
        6,
        "not UTF-8",
    ),
    (
        f"---\nid: {ID}\nkind: learning\ncreated: 2026-01-01\n"
        f"anchors:\n  - path: ../../etc/passwd\n    lines: 1\n---\n# T\n".encode(),
        4,
        "not a path inside",
    ),
]


@pytest.mark.parametrize(("data", "line", "message"), PROBLEMS)
def test_a_malformed_file_is_a_problem_at_its_line(data: bytes, line: int, message: str) -> None:
    problems = parse("learnings/2026/01/x.md", data).problems
    assert [(p.line, message in p.message) for p in problems] == [(line, True)]


@pytest.mark.parametrize("word", ["Infinity", "+inf", "1e999", "nan", "1_000", "9" * 5000])
def test_a_figure_that_is_no_number_for_everybody_stays_a_word(word: str) -> None:
    front = f"id: {ID}\nkind: checkpoint\ncreated: 2026-01-01\n"
    metrics = f"metrics:\n  size: {word}\n  lines: 12\n  share: 0.5\n"
    record = parse("checkpoints/2026/01/x.md", f"---\n{front}{metrics}---\n# T\n".encode()).record
    assert record is not None
    assert record.fields["metrics"] == {"size": word, "lines": 12, "share": 0.5}


HUGE = [
    "    lines: 1-999999999\n",
    f"    lines: 1\n    births:\n      - {'1' * 40} 1-999999999 a.py\n",
    # Lengths that would cancel each other out.
    f"    lines: 1\n    births:\n      - {'1' * 40} 1-999999999 a.py\n      - {'1' * 40} 999999999-1 a.py\n",
]


@pytest.mark.parametrize("lines", HUGE, ids=["range", "birth", "backwards"])
def test_an_anchor_that_would_take_for_ever_to_follow_is_a_problem(lines: str) -> None:
    front = f"id: {ID}\nkind: learning\ncreated: 2026-01-01\nanchors:\n  - path: a.py\n{lines}"
    parsed = parse("learnings/2026/01/x.md", f"---\n{front}---\n# T\n".encode())
    assert parsed.record is not None
    assert parsed.record.anchors == ()
    assert ["an anchor cannot be read" in problem.message for problem in parsed.problems] == [True]


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_that_is_before_or_after_all_time_is_a_problem(created: str) -> None:
    front = f"id: {ID}\nkind: learning\ncreated: {created}\n"
    parsed = parse("learnings/2026/01/x.md", f"---\n{front}---\n# T\n".encode())
    assert parsed.record is not None
    assert parsed.record.created.timestamp() == 0
    assert ["is not a date" in problem.message for problem in parsed.problems] == [True]


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail(data: bytes) -> None:
    parse("decisions/0001-x.md", data)
    parse("decisions/0001-x.md", b"---\n" + data + b"\n---\n# T\n")


def test_a_file_that_has_its_own_id_keeps_it_beside_ours() -> None:
    front = (
        f"id: docs-page\nmemory-id: {ID}\nkind: decision\nnumber: 3\ncreated: 2026-01-01\nstatus: accepted\n"
    )
    text = f"---\n{front}---\n# T\n"
    parsed = parse("decisions/0003-t.md", text.encode())
    assert parsed.problems == ()
    assert parsed.record is not None
    assert parsed.record.id == ID
