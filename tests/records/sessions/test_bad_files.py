"""Sessions' files as people, editors and other programs leave them."""

from __future__ import annotations

import gc
import re

import pytest

from lsp_server.records.document import parse
from lsp_server.records.front_matter import split
from lsp_server.records.front_matter_edit import set_scalar
from lsp_server.records.sessions.loading import load
from lsp_server.records.sessions.reading import read_session

PATH = "sessions/2025/01/2025-01-31_a1b2c3d4/session.yaml"
ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"
FOREIGN = f"""id: {ID}
created_at: "2025-01-31T14:30:00"
updated_at: "2025-01-31T15:45:00"

system_messages:
  - role: system
    content: |
      You are a helpful assistant.

messages:
  - role: user
    content: "Hello"
  - role: assistant
    content: null
    tool_calls:
      - id: call_abc123
        type: function
        function:
          name: calculator
          arguments: '{{"expression": "2+2"}}'
  - role: tool
    content: "4"
    tool_call_id: call_abc123
    name: calculator
"""


def problems(text: str | bytes) -> list[tuple[int, str]]:
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    session, found = read_session(PATH, data)
    assert session is None
    assert parse(PATH, data).record is None or found
    return [(one.line + 1, one.message) for one in found]


def test_a_file_of_another_program_is_read_as_it_is() -> None:
    session, found = read_session(PATH, FOREIGN.encode())
    assert found == ()
    assert session is not None
    assert session.created_at == "2025-01-31T14:30:00"
    assert session.system_messages == ({"role": "system", "content": "You are a helpful assistant.\n"},)
    assert [message["content"] for message in session.messages] == ["Hello", None, "4"]
    assert session.messages[1]["tool_calls"][0]["function"]["arguments"] == '{"expression": "2+2"}'
    record = parse(PATH, FOREIGN.encode()).record
    assert record is not None
    assert (record.kind.value, record.label, record.title) == ("session", "SESSION-a1b2c3d4", "Hello")
    assert record.fields["message_count"] == 3
    assert "You are a helpful assistant." in record.body


def test_keys_in_another_order_and_below_the_messages_are_read() -> None:
    head, _, messages = FOREIGN.partition("system_messages:")
    turned = f"system_messages:{messages}{head.strip()}\nkind: session\ngoal: Add two numbers\n"
    session, found = read_session(PATH, turned.encode())
    assert (session and session.goal, len(session.messages) if session else 0, found) == (
        "Add two numbers",
        3,
        (),
    )
    record = parse(PATH, turned.encode()).record
    assert record is not None
    assert (record.title, record.fields["message_count"]) == ("Add two numbers", 3)


def test_names_of_keys_may_stand_in_quotes() -> None:
    quoted = re.sub(r"^(\w+):", r'"\1":', FOREIGN, flags=re.MULTILINE)
    assert parse(PATH, quoted.encode()).record is not None
    below = quoted[quoted.index('"system_messages"') :] + quoted[: quoted.index('"system_messages"')]
    found = parse(PATH, (below + '"kind": "session"\nsummary: ' + "long " * 2000).encode()).record
    assert found is not None
    assert found.fields["message_count"] == 3


def test_a_list_of_messages_that_stands_there_twice_is_told() -> None:
    session, problems = read_session(
        PATH, (FOREIGN + "\nmessages:\n  - role: user\n    content: more\n").encode()
    )
    assert session is None
    assert "'messages' stands there twice" in problems[0].message


@pytest.mark.parametrize("style", ["---\n", "\ufeff", "# a comment\n\n", "---\n# a comment\n"])
def test_what_stands_above_the_first_key_does_not_matter(style: str) -> None:
    session, found = read_session(PATH, (style + FOREIGN).encode())
    assert found == ()
    assert session is not None
    assert len(session.messages) == 3


def test_line_ends_of_windows_are_read() -> None:
    session, found = read_session(PATH, FOREIGN.replace("\n", "\r\n").encode())
    assert found == ()
    assert session is not None
    assert session.system_messages[0]["content"] == "You are a helpful assistant.\n"


def test_a_key_of_the_head_is_changed_in_its_line_alone() -> None:
    changed = set_scalar(FOREIGN, "updated_at", "2026-01-01 00:00")
    before, after = FOREIGN.splitlines(), changed.splitlines()
    assert [line for line in after if line not in before] == ['updated_at: "2026-01-01 00:00"']
    added = set_scalar(FOREIGN, "goal", "Add")
    assert split(added).front is not None
    assert "goal: Add\n" in (split(added).front or "")


def test_a_file_that_was_cut_off_tells_its_line() -> None:
    ((line, message),) = problems(FOREIGN[: FOREIGN.index("2+2")])
    assert (line, message) == (20, "the file is not YAML: found unexpected end of stream")


def test_bytes_of_another_encoding_are_told_and_do_not_take_the_rest_down() -> None:
    session, found = read_session(PATH, FOREIGN.replace("Hello", "Grüße").encode("latin-1"))
    assert [(one.line + 1, one.message) for one in found] == [(12, "the file is not UTF-8 here")]
    assert session is not None
    assert session.messages[0]["content"] == "Gr\ufffd\ufffde"


def test_an_id_that_is_none_and_a_missing_date_are_told() -> None:
    assert problems(FOREIGN.replace(ID, "seven")) == [(1, "the id is not a UUID")]
    assert problems(FOREIGN.replace("created_at", "made")) == [
        (1, "there is no date of creation like 2026-11-21T10:00:00+00:00")
    ]


def test_a_small_file_cannot_become_a_huge_session() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n"
        for above, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    ((_, message),) = problems(FOREIGN.replace("\nsystem_messages", f"\n{bomb}\nsystem_messages"))
    assert message.startswith("the front matter repeats itself without end: write out what ")
    ((_, message),) = problems(f"{FOREIGN}\n{bomb}")
    assert message.endswith("anchors and aliases are not read; write the value out")


def test_nesting_that_would_overflow_the_stack_is_told() -> None:
    for deep in ("[" * 100_000, "- " * 100_000, "? " * 20_000):
        ((_, message),) = problems(FOREIGN.replace('"Hello"', f"\n      {deep}"))
        assert "deep" in message or "not YAML" in message


def test_nothing_is_made_because_a_file_says_so() -> None:
    text = FOREIGN.replace('"Hello"', "!!python/object/apply:os.getcwd []")
    session, found = read_session(PATH, text.encode())
    assert found == ()
    assert session is not None
    assert session.messages[0]["content"] == []


def test_what_yaml_would_make_something_of_stays_the_text_it_is() -> None:
    text = (
        FOREIGN.replace('"Hello"', "2025-01-31")
        .replace('"4"', "yes")
        .replace('"2025-01-31T14:30:00"', "2025-01-31")
    )
    session, _ = read_session(PATH, text.encode())
    assert session is not None
    assert [message["content"] for message in session.messages] == ["2025-01-31", None, "yes"]
    assert session.created_at == "2025-01-31"


@pytest.mark.parametrize("messages", ["messages: Hello\n", "messages:\n  role: user\n"])
def test_messages_that_are_no_list_are_told(messages: str) -> None:
    text = f'id: {ID}\nkind: session\ncreated_at: "2025-01-31"\n{messages}'
    session, found = read_session(PATH, text.encode())
    assert session is not None
    assert [one.message for one in found] == ["'messages' should be a list of messages"]


def test_a_text_that_only_speaks_of_sessions_is_none() -> None:
    for text in (
        "# How we keep sessions\n\nkind: session\n\nmessages:\n- one\n",
        "Some messages: here.\nkind: session\n",
        "title: x\nmessages:\n  - no id above\n",
    ):
        assert split(text).front is None


def test_a_large_file_is_read_without_looking_for_circles_all_the_time() -> None:
    runs: list[str] = []

    def note(phase: str, _: object) -> None:
        runs.append(phase)

    text = FOREIGN + "  - role: user\n    content: Hello\n" * 10_000
    gc.callbacks.append(note)
    try:
        found = load(text)[0]
    finally:
        gc.callbacks.remove(note)
    assert (len(found["messages"]), len(runs) < 20, gc.isenabled()) == (10_003, True, True)
