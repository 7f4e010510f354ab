"""A record that is rendered by its shape is the one that its template makes."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.anchors import CodePosition
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.labels import format_label
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.rendering.environment import Templates
from lsp_server.rendering.records import render_record

KINDS = [Kind.DECISION, Kind.BUG, Kind.LEARNING, Kind.CHECKPOINT]
WORDS = st.sampled_from(
    ["one", "two words", "a: b", "{{ x }}", "zqx0xqz", "# no", "a\nb", "x\x0cy", "é", "'", '"', "yes", "1"]
)
ours = Templates()


class _Plain(Templates):
    """Renders each record by its template."""

    def repeats(self, _name: str) -> bool:
        return False


plain = _Plain()


def values(field: Field) -> st.SearchStrategy[Any]:
    if field.shape is Shape.MAPPING:
        return st.dictionaries(st.sampled_from(["tests_added", "a b"]), st.integers(0, 9), max_size=2)
    if field.is_list:
        return st.lists(WORDS, max_size=2).map(tuple)
    if field.shape is Shape.WORD:
        return st.sampled_from(["", "word", "two words", "a: b"])
    return st.one_of(st.just(""), WORDS)


@st.composite
def records(draw: st.DrawFn) -> Record:
    kind = draw(st.sampled_from(KINDS))
    number = draw(st.one_of(st.none(), st.integers(0, 12_000))) if kind in (Kind.DECISION, Kind.BUG) else None
    fields = {field.name: draw(values(field)) for field in FIELDS[kind]}
    record_id = str(draw(st.uuids(version=4)))
    code = CodePosition(
        draw(st.sampled_from(["a" * 40, "1234567"])), draw(st.sampled_from([None, "main", "a b"]))
    )
    link = Link(Relation.TAUGHT, str(draw(st.uuids(version=4))), draw(st.sampled_from(["", "LRN-1"])))
    return Record(
        record_id,
        kind,
        draw(st.sampled_from(["Title", "zqx1xqz", "A: b #"])),
        format_label(kind, number, record_id),
        datetime(2025, 1, draw(st.integers(1, 28)), tzinfo=timezone.utc),
        "",
        number=number,
        status=draw(st.sampled_from([*STEPS[kind], None])) if kind in STEPS else None,
        tags=draw(st.sampled_from([(), ("one",), ("a: b", "two")])),
        links=(link,) * draw(st.integers(0, 2)),
        code=draw(st.sampled_from([None, code])),
        fields={name: value for name, value in fields.items() if value},
    )


@settings(max_examples=400, deadline=None)
@given(records(), st.sampled_from(["", "Free text.", "\nzqx2xqz\n"]), st.integers(0, 2), st.booleans())
def test_a_shape_gives_what_the_template_gives(
    record: Record, text: str, files: int, is_nygard: bool
) -> None:
    form = "nygard" if is_nygard and record.kind is Kind.DECISION and record.status else ""
    said: dict[str, Any] = {
        "text": text,
        "files": [{"path": f"src/{n}.py"} for n in range(files)],
        "form": form,
    }
    shown = [render_record(ours, record, **said) for _ in range(3)]  # the second time the shape is cut
    assert shown == [render_record(plain, record, **said)] * 3
