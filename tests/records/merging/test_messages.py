"""Two edits of one session's file become one: nothing that was said is lost, whoever merges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.merging import merge_record
from lsp_server.records.model import Kind
from lsp_server.records.sessions.model import Session
from lsp_server.records.sessions.reading import read_session
from lsp_server.records.sessions.writing import session_text

ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"
PATH = "sessions/2025/01/2025-01-31_a1b2c3d4/session.yaml"
EARLY, LATE = "2025-02-01T10:00:00+00:00", "2025-02-02T10:00:00+00:00"
NAMES = ("ours", "theirs")


def session(*said: str, updated: str = "2025-01-31T15:00:00+00:00", **head: Any) -> Session:
    messages = tuple({"role": "user", "content": text} for text in said)
    return replace(Session(ID, "2025-01-31T14:30:00", updated, messages=messages), **head)


def merged(base: Session | None, one: Session, other: Session, *, apart: bool = False) -> Session:
    """The merge, the same whichever side is whose."""
    texts = [None if side is None else session_text(side).encode() for side in (base, one, other)]
    assert texts[1] is not None
    assert texts[2] is not None
    first = merge_record(Kind.SESSION, texts[0], texts[1], texts[2], NAMES, apart=apart)
    again = merge_record(Kind.SESSION, texts[0], texts[2], texts[1], NAMES[::-1], apart=apart)
    assert first == again
    found, problems = read_session(PATH, first.data)
    assert problems == ()
    assert found is not None
    return found


def said(found: Session) -> list[str]:
    return [message["content"] for message in found.messages]


def test_what_both_added_is_kept_in_the_order_of_the_saves() -> None:
    base = session("a")
    found = merged(base, session("a", "late", updated=LATE), session("a", "early", updated=EARLY))
    assert said(found) == ["a", "early", "late"]
    assert found.updated_at == LATE


def test_one_conversation_that_two_clones_have_is_there_once() -> None:
    base = session("a")
    one = session("a", "b", "c", "one", updated=EARLY)
    other = session("a", "b", "c", "other", updated=LATE)
    assert said(merged(base, one, other)) == ["a", "b", "c", "one", "other"]
    assert said(merged(None, one, other)) == ["a", "b", "c", "one", "other"]
    assert said(merged(base, session("a", "b"), one)) == ["a", "b", "c", "one"]


def test_two_programs_that_say_the_same_have_said_it_twice() -> None:
    one, other = session("a", "yes", updated=EARLY), session("a", "yes", updated=LATE)
    assert said(merged(session("a"), one, other, apart=True)) == ["a", "yes", "yes"]


def test_a_changed_message_is_the_changed_one_and_a_removed_one_is_gone() -> None:
    base = session("a", "b", "c")
    one, other = session("a", "B", "c", updated=EARLY), session("b", "c", "d", updated=LATE)
    assert said(merged(base, one, other)) == ["B", "c", "d"]


def test_a_message_that_both_changed_is_one_with_both_changes() -> None:
    base = session("a", "Title\n\nfirst\n\nsecond", "c")
    one = session("a", "Title\n\nFIRST\n\nsecond", "c", updated=EARLY)
    other = session("a", "Title\n\nfirst\n\nSECOND\n\nthird", "c", "d", updated=LATE)
    assert said(merged(base, one, other)) == ["a", "Title\n\nFIRST\n\nSECOND\n\nthird", "c", "d"]


def test_two_keys_of_one_message_are_two_changes() -> None:
    asked = {"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}
    sides = [
        replace(session(), messages=(message,), updated_at=when)
        for message, when in (
            (asked, EARLY),
            ({**asked, "content": "Adding"}, EARLY),
            ({**asked, "tool_calls": [{"id": "2"}], "name": "x"}, LATE),
        )
    ]
    expected = {"role": "assistant", "content": "Adding", "tool_calls": [{"id": "2"}], "name": "x"}
    assert merged(sides[0], sides[1], sides[2]).messages == (expected,)


def test_a_message_that_one_side_removed_and_the_other_changed_stays() -> None:
    base = session("a", "b", "c")
    assert said(merged(base, session("a", "c"), session("a", "B", "c", updated=LATE))) == ["a", "B", "c"]


def test_where_both_changes_contradict_each_other_both_messages_stand() -> None:
    base = session("a", "b", "c")
    one, other = session("a", "one", "c", updated=EARLY), session("a", "other", "c", updated=LATE)
    assert said(merged(base, one, other)) == ["a", "one", "other", "c"]


def test_the_head_is_merged_as_every_front_matter_is() -> None:
    base = session("a", goal="Add", achievements=("one",), tags=("x",))
    one = replace(base, updated_at=EARLY, achievements=("one", "two"), summary="Done", tags=("x", "y"))
    other = replace(base, updated_at=LATE, achievements=("one", "three"), ended_at=LATE, tags=("x", "z"))
    found = merged(base, one, other)
    assert (found.goal, found.summary, found.ended_at, found.updated_at) == ("Add", "Done", LATE, LATE)
    assert sorted(found.achievements) == ["one", "three", "two"]
    assert sorted(found.tags) == ["x", "y", "z"]


def test_two_goals_are_a_conflict_that_is_listed() -> None:
    base, one, other = session("a", goal="A"), session("a", goal="B"), session("a", goal="C")
    texts = [session_text(side).encode() for side in (base, one, other)]
    found = merge_record(Kind.SESSION, texts[0], texts[1], texts[2], NAMES)
    assert [conflict.where for conflict in found.conflicts] == ["goal"]
    assert read_session(PATH, found.data)[0] is not None


def test_marks_of_a_conflict_that_somebody_talks_about_are_none() -> None:
    talk = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs"
    found = merge_record(
        Kind.SESSION,
        session_text(session(talk)).encode(),
        session_text(session(talk, "one")).encode(),
        session_text(session(talk, "other")).encode(),
        NAMES,
    )
    assert found.conflicts == ()


def test_a_file_of_another_style_is_merged_as_well() -> None:
    base = session("a")
    flow = (
        f'id: {ID}\nkind: session\ncreated_at: "2025-01-31T14:30:00"\n'
        "messages: [{role: user, content: a}, {role: user, content: x}]\n"
    )
    dashes = session_text(session("a", "b")).replace("\n  - ", "\n- ").replace("\n    content", "\n  content")
    found = merge_record(Kind.SESSION, session_text(base).encode(), dashes.encode(), flow.encode(), NAMES)
    known, problems = read_session(PATH, found.data)
    assert problems == ()
    assert known is not None
    assert sorted(said(known)) == ["a", "b", "x"]


def test_messages_that_both_sides_wrote_in_another_style_are_the_same_still() -> None:
    texts = [session_text(session("a", "b", *added)) for added in ((), ("one",), ("other",))]
    one = texts[1].replace("role: user", 'role: "user"')
    other = texts[2].replace("content: a", "content: 'a'  # first").replace("role: user", "role:  user")
    found = merge_record(Kind.SESSION, texts[0].encode(), one.encode(), other.encode(), NAMES)
    known, problems = read_session(PATH, found.data)
    assert problems == ()
    assert known is not None
    assert said(known) == ["a", "b", "one", "other"]
    assert b"# first" in found.data


def test_keys_that_one_side_put_below_the_messages_are_merged_as_keys() -> None:
    base, one = session_text(session("a")), session_text(session("a", "b", goal="Add"))
    head, _, messages = base.partition("messages:")
    other = f"messages:{messages}  - role: user\n    content: c\nsummary: |\n  {'long ' * 2000}\n{head}"
    found = merge_record(Kind.SESSION, base.encode(), one.encode(), other.encode(), NAMES)
    known, problems = read_session(PATH, found.data)
    assert (problems, found.conflicts) == ((), ())
    assert known is not None
    assert (known.goal, (known.summary or "")[:4], said(known)) == ("Add", "long", ["a", "b", "c"])


WORDS = st.lists(st.sampled_from(["a", "b", "c\nd", "- e", "messages:", "\n"]), max_size=5)


@settings(max_examples=examples(100), deadline=None)
@given(WORDS, WORDS, WORDS)
def test_nothing_that_was_added_is_lost(base: list[str], one: list[str], other: list[str]) -> None:
    first, second = session(*base, *one, updated=EARLY), session(*base, *other, updated=LATE)
    found = said(merged(session(*base), first, second, apart=True))
    assert found == [*base, *one, *other] or (not one or not other or one == other)
    for side in (first, second):
        left = iter(found)
        assert all(any(text == kept for kept in left) for text in said(side))
