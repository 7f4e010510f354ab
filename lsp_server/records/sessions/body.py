"""The messages of a session's file without reading them as YAML: how many there are, the words said in them,
each with its very lines. An index looks at thousands of files, and a merge must not change what it keeps."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from lsp_server.records.sessions.model import MESSAGES

# Keys that say nothing by themselves, and how a value begins.
_KEYS = "role|content|tool_calls|tool_call_id|name|id|type|function|arguments|system_messages|messages"
_STRUCTURE = re.compile(
    rf"^ +(?:(?:- )*(?:{_KEYS}):(?: [|>][-+0-9]*$| null$| )?)?|^(?:- )*(?:{_KEYS}):", re.MULTILINE
)
_SECTION = re.compile(rf"[\"']?({'|'.join(MESSAGES)})[\"']?[ \t]*:([^\n]*)")
_TOP = re.compile(r"\n(?=[^\s#\-\[\]{}%])")
_DASH = re.compile(r"^( *)-(?:[ \t]|\r?$)", re.MULTILINE)
_USER = re.compile(r"^ *- role: [\"']?user[\"']?[ \t]*\r?\n +content:(.*)\n(.*)", re.MULTILINE)
_LATER_USER = re.compile(r"^( *)- content:(.*)\n(.*)\n +role: user\b", re.MULTILINE)


class Part(NamedTuple):
    """A list of messages: the lines before its first item, the items with their lines, the margin of their
    dashes. Each item has the comments and blank lines below it."""

    opening: str
    items: list[str]
    margin: str


class Cut(NamedTuple):
    """A body as its lists, by key in the order of the file, and what stands above the first of them."""

    lead: str
    parts: dict[str, Part]


def has_other_keys(body: str) -> bool:
    """Whether a person wrote further keys below the messages."""
    return any(_SECTION.match(body, at) is None for at in _tops(body))


def _tops(body: str) -> list[int]:
    """Where the lines begin that are no part of a value: keys."""
    first = _TOP.match("\n" + body[:2])
    return [*([0] if first else []), *(found.end() for found in _TOP.finditer(body))]


def cut(body: str) -> Cut | None:
    """The lists of a body; None where they are written in another way than as blocks (in brackets, twice,
    with further keys between them)."""
    found: list[re.Match[str]] = []
    for at in _tops(body):
        section = _SECTION.match(body, at)
        if section is None:
            return None
        found.append(section)
    parts: dict[str, Part] = {}
    for at, section in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(body)
        said = section[2].strip()
        if section[1] in parts or not (not said or said == "[]" or said.startswith("#")):
            return None
        part = _part(body[section.start() : end])
        if part is None or (said == "[]" and part.items):
            return None
        parts[section[1]] = part
    return Cut(body[: found[0].start()] if found else body, parts)


def _part(text: str) -> Part | None:
    start = text.find("\n") + 1 or len(text)
    first = _DASH.search(text, start)
    if first is None:
        rest = text[start:]
        return Part(text, [], "  ") if all(_says_nothing(line) for line in rest.split("\n")) else None
    if not all(_says_nothing(line) for line in text[start : first.start()].split("\n")):
        return None
    margin = first[1]
    dash = re.compile(rf"^{margin}-(?:[ \t]|\r?$)", re.MULTILINE)
    starts = [match.start() for match in dash.finditer(text, first.start())]
    items = [text[begin:end] for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return Part(text[: first.start()], items, margin)


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def count(body: str) -> dict[str, int]:
    """How many messages there are, by key."""
    counted: dict[str, int] = {}
    starts = [*_tops(body), len(body)]
    for at, end in pairwise(starts):
        section = _SECTION.match(body, at)
        if section is None:
            continue
        said = section[2].strip()
        first = _DASH.search(body, section.end(), end)
        if said and not said.startswith("#") and said != "[]":
            return _counted_by_yaml(body)
        dash = f"\n{first[1]}-" if first else ""
        counted[section[1]] = (
            0 if first is None else sum(body.count(dash + end_, at, end) for end_ in " \n\r\t")
        )
    return counted


def _counted_by_yaml(body: str) -> dict[str, int]:
    from lsp_server.records.sessions.loading import load

    values, _ = load(body, typed=False)
    return {key: len(values[key]) for key in MESSAGES if isinstance(values.get(key), list)}


def words(body: str) -> str:
    """What was said, without the keys around it: for the index, and for a quick look."""
    text = _STRUCTURE.sub("", body)
    return text.replace("\\n", " ") if "\\n" in text else text


def first_said(body: str) -> str:
    """The first line of the first message of a user; empty where there is none, or it is no text."""
    found = _USER.search(body)
    if found is None:
        later = _LATER_USER.search(body)
        if later is None:
            return ""
        said, below = later[2], later[3]
    else:
        said, below = found[1], found[2]
    said = said.strip()
    if said.startswith(("|", ">")):
        return below.strip()
    return _unquoted(said)


def _unquoted(said: str) -> str:
    if said[:1] == '"':
        import json

        try:
            said = str(json.JSONDecoder().raw_decode(said)[0])
        except ValueError:
            said = said.strip('"')
    elif said[:1] == "'":
        said = said.strip("'").replace("''", "'")
    elif said in ("", "null", "~", "[]") or said[:1] in "[{&*!-":
        return ""
    return next((line.strip() for line in said.splitlines() if line.strip()), "")
