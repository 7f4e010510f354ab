"""What a batch tells the index of a record is what reading the record's file tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.errors import UsageError
from lsp_server.index.packing import pack
from lsp_server.memory.ready_records import Ready
from lsp_server.memory.recording import clean_fields
from lsp_server.memory.titles import clean_tags, clean_title, heading_text
from lsp_server.records.anchors import CodePosition
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS, Shape
from lsp_server.records.front_matter import split
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Record
from lsp_server.rendering.environment import Templates
from lsp_server.rendering.records import render_record

TEMPLATES = Templates()
ID = "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"
COMMIT = "1fcc5c451d7feec1de7e9b78325f4d4b353ad50f"
WORDS = st.sampled_from(["look", "Lesson", "Fix", "ab", "1.", "é", "x", "0", "no", "true", "-", "```", "---"])
SIGNS = st.text(st.sampled_from("ab #<>-*`'\":[]{}\n\t é~=|!\\\x0b\x85\u2028&%@,"), max_size=6)
TEXT = st.lists(st.one_of(WORDS, SIGNS), max_size=6).map(" ".join)
PLAIN = st.lists(
    st.sampled_from(["look", "Lesson", "Fix", "é1", "(so)", "\n", "\n\n", "a-b:"]), max_size=8
).map(" ".join)
ANY = st.one_of(PLAIN, TEXT)


def both(record: Record) -> tuple[Record | None, Record | None, tuple[Any, ...], str]:
    text = render_record(TEMPLATES, record, title=heading_text(record.title))
    data = text.encode()
    found = parse(record.path, data)
    written = replace(record, body=split(text).body_text)
    return Ready(data, written).record(), found.record, found.problems, text


def made(kind: Kind, title: str, fields: dict[str, Any], tags: list[str], **more: Any) -> Record:
    number = 7 if kind is Kind.BUG else None
    values: dict[str, Any] = {
        "created": datetime(2026, 11, 21, 10, 0, 0, 123_000, timezone(timedelta(hours=2), "here")),
        "code": CodePosition(COMMIT, "main", None),
        "status": "open" if kind is Kind.BUG else None,
        **more,
    }
    return Record(
        id=ID,
        kind=kind,
        title=clean_title(title),
        label=format_label(kind, number, ID),
        path="bugs/0007-x.md" if kind is Kind.BUG else "learnings/2026/11/21-x.md",
        number=number,
        tags=clean_tags(tags),
        fields=clean_fields(kind, fields),
        **values,
    )


@settings(max_examples=examples(400), deadline=None)
@given(st.data())
def test_a_record_that_need_not_be_read_is_the_one_that_would_be_read(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([Kind.LEARNING, Kind.BUG]))
    fields: dict[str, Any] = {}
    for field in FIELDS[kind]:
        if field.shape is Shape.WORD:
            fields[field.name] = data.draw(st.sampled_from(["low", "high", ""]))
        elif data.draw(st.booleans()):
            fields[field.name] = data.draw(st.lists(ANY, max_size=3) if field.is_list else ANY)
    code = CodePosition(
        data.draw(st.sampled_from([COMMIT, COMMIT, None])),
        data.draw(st.sampled_from(["main", "a/b-1", "no", "12", "x: y", None])),
        data.draw(st.sampled_from([None, True, False])),
    )
    try:
        record = made(kind, data.draw(ANY), fields, data.draw(st.lists(ANY, max_size=2)), code=code)
    except UsageError:
        return
    known, read, problems, text = both(record)
    if known is not None:
        assert (known, problems) == (read, ()), text
        assert read is not None
        assert pack(known) == pack(read)
        assert known.created.utcoffset() == read.created.utcoffset()


def test_ordinary_records_need_not_be_read() -> None:
    learning = {"lesson": "Look twice. \n\nThen leap: it's far.", "applied_to": ["auth", "the API (v2)"]}
    bug = {"severity": "high", "steps": ["Log in", "Log out"], "description": "It hangs."}
    for record in (
        made(Kind.LEARNING, "Look before you leap", learning, ["auth", "a b"]),
        made(Kind.BUG, 'Login "hangs"', bug, []),
    ):
        known, read, problems, _ = both(record)
        assert known is not None
        assert (known, problems) == (read, ())


@pytest.mark.parametrize(
    "fields",
    [
        {"lesson": "## Root Cause\nnone"},
        {"lesson": "one\n===\ntwo"},
        {"lesson": "one <!-- two -->"},
        {"lesson": "one\n```\ntwo"},
        {"lesson": "    code"},
        {"applied_to": ["one\ntwo"]},
        {"applied_to": ["- one"]},
    ],
)
def test_what_markdown_may_mean_is_read(fields: dict[str, Any]) -> None:
    assert both(made(Kind.LEARNING, "Look", fields, []))[0] is None
