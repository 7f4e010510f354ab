"""A record that is rendered by its shape is the one that its template makes."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.anchors import CodePosition
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.labels import format_label
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.model import Kind, Link, Record, Relation
from lsp_server.rendering import kept_shapes
from lsp_server.rendering.environment import Templates, templates_directory
from lsp_server.rendering.records import render_record
from lsp_server.rendering.shapes import MESSAGE, render_message

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
_folder = tempfile.TemporaryDirectory(prefix="shapes-")
_cache = Path(_folder.name)


@pytest.fixture(autouse=True, scope="module")
def _cleared_up() -> Iterator[None]:
    yield
    _folder.cleanup()


def _learning(**changes: Any) -> Record:
    values: dict[str, Any] = {"tags": ("one",), "fields": {"lesson": "Ask."}, **changes}
    when = datetime(2025, 1, 2, tzinfo=timezone.utc)
    return Record("5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f", Kind.LEARNING, "A title", "L", when, "", **values)


class _NoJinja(Templates):
    """Fails where a template would have to be rendered."""

    def render(self, name: str, /, **_values: Any) -> str:
        raise AssertionError(f"{name} was rendered")


def values(field: Field) -> st.SearchStrategy[Any]:
    if field.shape is Shape.MAPPING:
        return st.dictionaries(st.sampled_from(["tests_added", "a b"]), st.integers(0, 9), max_size=2)
    if field.is_list:
        return st.lists(WORDS, max_size=2).map(tuple)
    if field.shape is Shape.NUMBER:
        return st.sampled_from([None, 0.0, 0.25, 1.0])
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
        tags=draw(st.sampled_from([(), ("one",), ("a: b", "two"), ("zqx4xqz", "[x]", "null")])),
        links=(link,) * draw(st.integers(0, 2)),
        code=draw(st.sampled_from([None, code])),
        fields={name: value for name, value in fields.items() if value},
    )


@settings(max_examples=examples(400), deadline=None)
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
    expected = render_record(plain, record, **said)
    shown = [render_record(ours, record, **said) for _ in range(3)]  # the second time the shape is cut
    assert shown == [expected] * 3
    later = [Templates(_cache) for _ in range(2)]  # as many processes: the first keeps what it finds, if new
    assert [render_record(one, record, **said) for one in later] == [expected] * 2


@settings(max_examples=examples(100), deadline=None)
@given(WORDS, st.sampled_from(["", "zqx0xqz", "a\n\nb"]), st.lists(WORDS, max_size=2))
def test_a_message_is_the_same_by_its_shape(subject: str, body: str, values: list[str]) -> None:
    trailers = [(f"Key-{number}", value) for number, value in enumerate(values)]
    expected = plain.render(MESSAGE, subject=subject, body=body, trailers=trailers)
    for templates in (plain, Templates(_cache), Templates(_cache)):
        assert [render_message(templates, subject, body, trailers) for _ in range(3)] == [expected] * 3


def test_what_one_process_rendered_the_next_renders_without_the_template(tmp_path: Path) -> None:
    first = render_record(Templates(tmp_path), _learning())
    assert render_record(_NoJinja(tmp_path), _learning(tags=("a: b", "two"))) == first.replace(
        "tags: [one]", 'tags: ["a: b", two]'
    )
    with pytest.raises(AssertionError, match="was rendered"):
        render_record(_NoJinja(tmp_path), _learning(fields={"solution": "Another shape."}))
    render_record(Templates(tmp_path), _learning(fields={"solution": "Another shape."}))
    for fields in ({"solution": "Kept beside it."}, {"lesson": "Kept still."}):
        assert next(iter(fields.values())) in render_record(_NoJinja(tmp_path), _learning(fields=fields))


def test_no_word_of_a_record_is_kept(tmp_path: Path) -> None:
    record = _learning(tags=("private",), fields={"lesson": "private", "applied_to": ("private",)})
    said: dict[str, Any] = {"text": "private", "files": [{"path": "private"}]}
    render_record(Templates(tmp_path), record, **said)
    render_message(Templates(tmp_path), "private", "private", [("Memory-Id", "private")])
    render_record(Templates(tmp_path), _learning(status="private"))  # a word of somebody's own
    kept = sorted(tmp_path.glob("shapes-*.json"))
    assert [path.name for path in kept] == ["shapes-commits-message.json", "shapes-records-learning.md.json"]
    for path in kept:
        assert "private" not in path.read_text()
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "wrong", ["format", "text", "code", "places", "between", "json", "nothing", "folder"]
)
def test_kept_shapes_that_are_not_of_this_very_template_are_made_anew(tmp_path: Path, wrong: str) -> None:
    expected = render_record(Templates(tmp_path), _learning())
    path = tmp_path / "shapes-records-learning.md.json"
    kept = json.loads(path.read_text())
    ((key, (between, places)),) = kept["shapes"].items()
    kept["shapes"][key] = [["WRONG", *between[1:]], places]
    if wrong == "format":
        kept["made_from"][0] += 1
    elif wrong == "code":
        kept["made_from"][1][0][1] += 1
    elif wrong == "text":
        kept["made_from"][2][-1] += " "
    elif wrong == "places":
        kept["shapes"][key] = [["WRONG", *between[1:]], [99 for _ in places]]
    elif wrong == "between":
        kept["shapes"][key] = [["WRONG", 1], places]
    path.write_text({"json": "{", "nothing": "[]"}.get(wrong, json.dumps(kept)))
    if wrong == "folder":
        path.unlink()
        path.mkdir()
    assert render_record(Templates(tmp_path), _learning()) == expected
    if wrong != "folder":
        assert render_record(_NoJinja(tmp_path), _learning()) == expected


def test_shapes_depend_on_every_part_that_their_templates_take_in() -> None:
    for name in ["commits/message", *(f"records/{kind.value}.md" for kind in KINDS)]:
        text = (templates_directory() / f"{name}.j2").read_text()
        taken_in = re.findall(r'{%-? *(?:from|import|include|extends) +"([^"]+)"', text)
        texts = kept_shapes.made_from(name)[2]
        assert texts == [text, *((templates_directory() / part).read_text() for part in taken_in)]


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        cache = Path("/proc/nothing")
    else:
        cache = tmp_path
        cache.chmod(0o500)
    assert "Ask." in render_record(Templates(cache), _learning())
