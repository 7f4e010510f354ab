"""Whatever a session says is the same when its file is read, by every reader of YAML."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import yaml
from examples import LONG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.errors import UsageError
from lsp_server.records.anchors import CodePosition
from lsp_server.records.document import parse
from lsp_server.records.model import Link, Relation
from lsp_server.records.sessions import loading
from lsp_server.records.sessions.editing import revised
from lsp_server.records.sessions.model import Session
from lsp_server.records.sessions.reading import read_session
from lsp_server.records.sessions.writing import session_text

PATH = "sessions/2025/01/2025-01-31_a1b2c3d4/session.yaml"
ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"
MANY = 2000 if LONG else 60

# What is taken for something else than text if it is not written with care.
PLAIN = (
    "yes no on off y n true False null ~ 1 1.0 1e5 0x1f 0o17 1_000 1:30 12:30:45 2025-01-31 .inf -.inf "
    ".nan - -- 2025-01-31T14:30:00 --- ... = << * & ! "
    "| > % @ ` ? : # 007 +1 .5 5. 1.e3 NULL Null messages: a: {} []"
)
BLANK = [
    "",
    " ",
    "  x",
    "x  ",
    "\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b\n",
    "\ta\nb",
    "a\n\t",
    "a: b",
    "a #b",
]
OF_YAML = [
    "- a\n- b",
    "messages:\n  - role: user\n",
    "---\na",
    "key: |2-\n    x",
    "'",
    '"',
    "\\",
    "\\n",
    "it's",
]
ODD = [
    "a\r\nb",
    "a\rb",
    "\x00",
    "\x1b[31m",
    "\x85",
    "\ufeff",
    "\u2028",
    "\ud7ff",
    "\uffff",
    "\U0001ffff",
    "\u200b\n\u00a0",
]
LONG = [
    '{"a": "b\\nc"}',
    "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs",
    "👋🏽",
    "日本語\nテキスト",
    "a" * 3000,
]
DECEIVING = st.sampled_from([*PLAIN.split(), *BLANK, *OF_YAML, *ODD, *LONG])
TEXTS = DECEIVING | st.text(max_size=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool"]) | TEXTS, "content": VALUES},
        optional={
            "tool_calls": st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=2),
            "x-key": VALUES,
        },
    ),
    max_size=4,
)
# A single line in the head: what a person would call it.
WORDS = st.none() | TEXTS.filter(bool)
SESSIONS = st.builds(
    Session,
    id=st.uuids(version=4).map(str),
    created_at=st.just("2025-01-31T14:30:00"),
    updated_at=st.sampled_from(["", "2025-01-31T15:45:00+00:00"]),
    name=WORDS,
    goal=WORDS,
    agent=WORDS,
    summary=WORDS,
    tags=st.lists(st.sampled_from(["auth", "api 2", "ö", "yes", "2025"]), max_size=3, unique=True).map(tuple),
    context_loaded=st.lists(TEXTS, max_size=3).map(tuple),
    activities=st.lists(st.dictionaries(TEXTS, SCALARS, max_size=3), max_size=3).map(tuple),
    achievements=st.lists(TEXTS, max_size=3).map(tuple),
    challenges=st.lists(TEXTS, max_size=2).map(tuple),
    next_session=st.none() | st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3),
    extra=st.dictionaries(
        st.sampled_from(["custom", "model", "x y", "übrig"]), VALUES.filter(bool), max_size=2
    ),
    system_messages=MESSAGES.map(tuple),
    messages=MESSAGES.map(tuple),
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types: Python takes 1, 1.0 and true for one another."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and list(one) == list(other) and all(same(one[k], other[k]) for k in one)
        )
    if isinstance(one, (list, tuple)):
        return isinstance(other, (list, tuple)) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def read(text: str) -> Session:
    session, problems = read_session(PATH, text.encode("utf-8"))
    assert problems == ()
    assert session is not None
    return session


def assert_same(one: Session, other: Session) -> None:
    for name in vars(one):
        if name == "extra":  # a file keeps the order that it had
            assert same(dict(sorted(one.extra.items())), dict(sorted(other.extra.items()))), name
        elif name != "origin":
            assert same(getattr(one, name), getattr(other, name)), name


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS)
def test_any_session_is_the_same_when_it_is_read_back(session: Session) -> None:
    assert_same(read(session_text(session)), session)


@settings(max_examples=MANY // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS)
def test_every_reader_of_yaml_finds_the_same_messages(session: Session) -> None:
    text = session_text(session)
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assert same(tuple(yaml.load(text, Loader=loader)["messages"] or ()), session.messages)


@settings(max_examples=MANY // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS)
def test_without_the_c_library_it_is_read_alike(session: Session) -> None:
    text = session_text(session)
    with pytest.MonkeyPatch.context() as patch:
        loading._loader.cache_clear()
        patch.setattr(yaml, "__with_libyaml__", False)
        try:
            assert_same(read(text), session)
        finally:
            loading._loader.cache_clear()


@settings(max_examples=MANY // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS, SESSIONS)
def test_any_change_of_a_session_is_what_its_file_says_then(old: Session, new: Session) -> None:
    begun = read(session_text(old))
    changed = replace(new, id=begun.id, origin=begun.origin)
    assert_same(read(revised(changed)), changed)


@settings(max_examples=MANY // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS, MESSAGES)
def test_what_is_added_changes_no_line_above_it(session: Session, more: list[Any]) -> None:
    begun = read(session_text(session))
    if not begun.messages:
        return
    text = revised(replace(begun, messages=(*begun.messages, *more)))
    assert text.startswith(session_text(session))
    assert_same(read(text), replace(begun, messages=(*begun.messages, *more)))


@settings(max_examples=MANY // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(SESSIONS)
def test_any_session_is_a_record_with_a_title(session: Session) -> None:
    parsed = parse(PATH, session_text(session).encode("utf-8"))
    assert parsed.problems == ()
    assert parsed.record is not None
    assert parsed.record.id == session.id
    assert parsed.record.title.strip()
    assert "\n" not in parsed.record.title
    assert parsed.record.fields["message_count"] == len(session.messages)


def test_links_and_code_are_kept() -> None:
    session = Session(
        ID,
        "2025-01-31T14:30:00",
        links=(Link(Relation.RELATES_TO, "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"),),
        code=CodePosition("12345678" * 5, "main", None, (("9" * 40, "patch-id"),)),
    )
    assert_same(read(session_text(session)), session)


def test_no_number_and_half_a_character_are_kept_as_well_as_a_file_can() -> None:
    session = Session(
        ID, "2025-01-31T14:30:00", messages=({"role": "user", "content": [math.nan, "\ud800x"]},)
    )
    nan, text = read(session_text(session)).messages[0]["content"]
    assert math.isnan(nan)
    assert text == "\\ud800x"


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), {1: "a key that is no text"}])
def test_what_json_does_not_have_is_refused_and_named(value: object) -> None:
    session = Session(ID, "2025-01-31T14:30:00", messages=({"role": "user", "content": value},))
    with pytest.raises(UsageError, match="messages: a "):
        session_text(session)


def test_what_is_nested_as_deep_as_it_may_be_is_read_again() -> None:
    for around in (lambda value: [value], lambda value: {"a": value}, lambda value: [{"a": value}]):
        deep: Any = "x"
        for _ in range(120):
            deep = around(deep)
            try:
                text = session_text(
                    Session(ID, "2025-01-31T14:30:00", messages=({"role": "user", "content": deep},))
                )
            except UsageError:
                break
            assert read_session(PATH, text.encode())[0] is not None
        else:
            pytest.fail("anything is taken")


def test_what_is_nested_too_deep_to_be_read_is_refused() -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": [deep]}
    with pytest.raises(UsageError, match="nested more than"):
        session_text(Session(ID, "2025-01-31T14:30:00", messages=({"role": "user", "content": deep},)))
