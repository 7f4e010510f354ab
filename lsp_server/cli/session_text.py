"""A session as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.cli.output import field_text, minute
from lsp_server.cli.terminal import visible
from lsp_server.records.amounts import plural
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from lsp_server.cli.terminal import Span, Terminal
    from lsp_server.memory.sessions.finding import SessionSummary
    from lsp_server.records.sessions.model import Message, Session

_ROLES = {"user": "cyan", "assistant": "green", "tool": "yellow", "system": "blue"}
_CALL = 300  # characters of a tool call's arguments


def row(one: SessionSummary) -> list[Span]:
    """A session's cells in a list: label, when it was saved last, whether it goes on, messages, title."""
    state = ("ended", "dim") if one.ended_at else ("", "")
    said = plural(one.messages, "message") if one.messages else ""
    by = f"  {one.agent}" if one.agent else ""
    return [
        (one.label, "bold"),
        (minute(datetime.fromisoformat(one.updated_at)), "dim"),
        state,
        (said, "dim"),
        (f"{one.title}{by}", ""),
    ]


def print_session(out: Terminal, session: Session, label: str, title: str) -> None:
    """What a session was for and what came of it, without its messages."""
    out.flow((f"{label} {title}", "bold"), indent=2)
    about: list[Span] = [("session", ""), (" · ", ""), (minute(session.created), "dim")]
    about += [span for tag in session.tags for span in ((" · ", ""), (f"#{tag}", "blue"))]
    out.flow(*about, indent=2)
    out.line()
    facts = [("id", session.id), ("name", session.name), ("goal", session.goal), ("agent", session.agent)]
    facts += [
        ("summary", session.summary),
        ("saved", _time(session.updated_at)),
        ("ended", _time(session.ended_at)),
    ]
    if code := session.code:
        facts.append(("code", " on ".join(filter(None, ((code.commit or "")[:10], code.branch)))))
    facts += [(key.replace("_", " "), field_text(value)) for key, value in session.extra.items() if value]
    shown = [(name, told) for name, told in facts if told]
    width = max(len(name) for name, _ in shown)
    for name, told in shown:
        _print_lines(out, (name.ljust(width), "dim"), told, width + 2)
    for name in ("context_loaded", "activities", "achievements", "challenges"):
        _print_list(out, name.replace("_", " "), getattr(session, name))
    if session.next_session:
        _print_list(out, "next session", _pairs(session.next_session))


def _print_lines(out: Terminal, name: Span, text: str, indent: int) -> None:
    """A text behind its name, each of its lines below the other."""
    for number, line in enumerate(text.rstrip().splitlines()):
        before = name if number == 0 else (" " * len(name[0]), "")
        if line.strip() or number == 0:
            out.flow(before, (" " * (indent - len(name[0])), ""), (line, ""), indent=indent)
        else:
            out.line()


def _time(written: str | None) -> str | None:
    from lsp_server.records.moments import moment

    when = moment(written)
    return minute(when) if when else written


def _print_list(out: Terminal, name: str, values: Sequence[Any]) -> None:
    if not values:
        return
    out.line()
    out.flow((name, "bold"))
    for value in values:
        _print_lines(out, ("  -", ""), _told(value), 4)


def _told(value: Any) -> str:
    """One item; of an activity when it was, what, and how long it took."""
    if not isinstance(value, Mapping):
        return str(value)
    said = [str(item) for key, item in value.items() if key != "duration_minutes" and item not in (None, "")]
    minutes = value.get("duration_minutes")
    return " ".join([*said, *([f"({minutes} min)"] if minutes is not None else [])])


def _pairs(value: Any) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return [f"{key.replace('_', ' ')}: {item}" for key, item in value.items()]
    return value if isinstance(value, list) else [value]


def print_messages(out: Terminal, session: Session, last: int | None = None) -> None:
    """What was said, oldest first; with ``last`` only so many of the end."""
    messages: Sequence[Message] = (*session.system_messages, *session.messages)
    start = max(0, len(messages) - last) if last is not None else 0
    if start:
        out.line()
        out.flow((f"… {plural(start, 'message')} before", "dim"))
    for message in messages[start:]:
        _print_message(out, message)


def _print_message(out: Terminal, message: Message) -> None:
    role = str(message.get("role") or "?")
    name = message.get("name")
    out.line()
    out.flow((role, f"bold {_ROLES.get(role, '')}".strip()), (f" {name}" if name else "", "dim"))
    for line in _said(message.get("content")).split("\n"):
        if line or message.get("content"):
            out.line(f"  {visible(line)}".rstrip())
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, Mapping) else None
        known = function if isinstance(function, Mapping) else {}
        arguments = str(known.get("arguments", ""))
        cut = shortened(arguments, _CALL)
        out.flow(("  calls ", "dim"), (str(known.get("name", "?")), "yellow"), (f"({cut})", ""), indent=4)


def _said(content: Any) -> str:
    """A text; of a list of parts those that are text, the others by their kind."""
    if content is None:
        return ""
    if isinstance(content, list):
        return "\n".join(_part(part) for part in content)
    return str(content)


def _part(part: Any) -> str:
    if isinstance(part, Mapping):
        text = part.get("text")
        return text if isinstance(text, str) else f"[{part.get('type', 'part')}]"
    return str(part)
