"""What is said at a session's end as one text: a form for the editor and for standard input.

Above the first heading stands the summary; below each heading its items, one a line. JSON is read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lsp_server.errors import UsageError
from lsp_server.memory.working.results import Ending
from lsp_server.records.living.documents import slug
from lsp_server.records.living.outline import Node, tree, walk

# The heading, the field of ``Ending``, what a line below it is.
_HEADINGS: Sequence[tuple[str, str, str]] = (
    ("Accomplished", "accomplished", "what was done, one a line"),
    ("Challenges", "challenges", "what was hard"),
    ("Next steps", "next_steps", "what comes next"),
    ("Current focus", "focus", "what is worked on now"),
    ("Blockers", "blockers", "what is in the way; nothing here leaves them as they are"),
    ("Patterns learned", "patterns", "testing: …, performance: …, anti-patterns: …, or a code pattern"),
    ("Decisions", "decisions", "technical decisions that need no record of their own"),
)
_ALSO = {
    "achievements": "accomplished",
    "accomplished": "accomplished",
    "next": "next_steps",
    "next-steps": "next_steps",
    "next-session": "next_steps",
    "next-planned": "next_steps",
    "focus": "focus",
    "current-focus": "focus",
    "blocker": "blockers",
    "pattern": "patterns",
    "patterns-learned": "patterns",
    "challenge": "challenges",
    "decision": "decisions",
    "technical-decisions": "decisions",
    "metric": "metrics",
}
_NAMES = ("summary", *(name for _, name, _ in _HEADINGS), "metrics")


def form(said: Ending, *, is_whole: bool = True) -> str:
    """The form with what is known already; ``is_whole`` with the headings that have nothing below them."""
    lines = [said.summary, ""]
    for heading, name, _ in _HEADINGS:
        value = getattr(said, name)
        values = [value] if isinstance(value, str) else list(value or ())
        if values or is_whole:
            lines += [f"## {heading}", "", *(f"- {one}" for one in values), *([""] if values else [])]
    return "\n".join(lines).rstrip("\n") + "\n"


def form_to_fill(said: Ending) -> str:
    """The same for an editor, with what to write where."""
    text = form(said)
    for heading, _, about in _HEADINGS:
        text = text.replace(f"## {heading}\n", f"## {heading}\n<!-- {about} -->\n", 1)
    first = (
        "<!-- A summary in a line, above this one. Leave the text as it is, or empty, to end nothing. -->\n"
    )
    summary, _, rest = text.partition("\n")
    return f"{summary}\n{first}{rest}"


def read_ending(text: str) -> Ending:
    """The form, or JSON with its fields' names. Raises ``UsageError`` for what is neither."""
    return _from_json(text) if text.lstrip().startswith("{") else _from_form(text)


def _from_form(text: str) -> Ending:
    nodes = tree(_without_comments(text.replace("\r\n", "\n")))
    given: dict[str, Any] = {}
    summary = [line for node in nodes if not node.level for line in _lines(node)]
    if summary:
        given["summary"] = " ".join(summary)
    for section in walk(nodes):
        name = _name(section.name)
        if name is None or name == "metrics":
            known = ", ".join(heading for heading, _, _ in _HEADINGS)
            raise UsageError(f"there is no place for {section.name!r}; the headings are {known}")
        if lines := [line for node in section.parts if not node.level for line in _lines(node)]:
            given[name] = [*given.get(name, ()), *lines]
    return _ending(given)


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _lines(node: Node) -> list[str]:
    value = f"{node.name}: {node.value}" if node.is_field else node.value
    own = value.split("\n") if not node.head and not node.is_field else [" ".join(value.split())]
    return [line.strip() for line in own if line.strip()] + [
        line for part in node.parts for line in _lines(part)
    ]


def _from_json(text: str) -> Ending:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the text begins as JSON and is none: {error}") from None
    known: dict[str, Any] = {}
    for key, value in given.items():
        name = _name(key)
        if name is None:
            raise UsageError(f"there is no field {key!r}; there are {', '.join(_NAMES)}")
        if value is not None:
            known[name] = value
    return _ending(known)


def _name(word: str) -> str | None:
    said = slug(word)
    name = _ALSO.get(said, said.replace("-", "_"))
    return name if name in _NAMES else None


def _ending(given: Mapping[str, Any]) -> Ending:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "metrics":
            if not isinstance(value, Mapping):
                raise UsageError("metrics are a mapping of names to figures")
            values[name] = dict(value)
        elif name in ("summary", "focus"):
            values[name] = " ".join(" ".join(_texts(name, value)).split())
        else:
            values[name] = tuple(_texts(name, value))
    return Ending(**values)


def _texts(name: str, value: Any) -> list[str]:
    if name == "next_steps" and isinstance(value, Mapping):  # as sessions have it
        value = value.get("goal") or ()
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) for one in found):
        raise UsageError(f"{name} is a text or a list of texts")
    return [" ".join(one.split()) for one in found if one.strip()]
