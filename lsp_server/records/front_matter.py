"""Reading and writing the YAML front matter of a record.

Every scalar is read as text (YAML would turn a commit id of digits into a number and ``no`` into false);
``records.document`` gives the known keys their types. Written values are plain where that is safe and
JSON strings, which YAML reads as well, where it is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from lsp_server.records.model import Problem

_BLANK = " \t\r\n"
_HEAD = 1 << 16  # characters in which a file tells that it is a session's
LARGEST = 1 << 20  # characters; somebody's 50 MB file must not take the index down
_IN_A_LIST = frozenset(",[]{}")  # what means something there
_SHORT = 50  # characters
_DEEPEST = 100  # collections inside each other; far below where YAML's C reader overflows the stack
_PLAIN = re.compile(r"[A-Za-z0-9_/.][\w./+@-]*(?: [\w./+@(-][\w./+@()-]*)*\Z", re.ASCII)
# What YAML 1.1 or 1.2 would read as something other than text.
_NOT_TEXT = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~)\Z|[-+.]?[0-9][0-9_.,:]*(?:[eE][-+]?[0-9]+)?\Z|0[xob]|\.(?i:inf|nan)|[-.]+\Z"
)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?\Z")
_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t\r]*(?:\n|\Z)", re.MULTILINE)
# A session's beginning: nothing but YAML up to its kind, or to its messages.
_SESSION = (
    r"(?:[\"']?[A-Za-z_][\w-]*[\"']?[ \t]*:[^\n]*\n|[ \t#-][^\n]*\n|\r?\n)*?"
    r"(?:([\"']?kind[\"']?[ \t]*:[ \t]*[\"']?session[\"']?[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z))"
    r"|[\"']?(?:system_)?messages[\"']?[ \t]*:)"
)
_MESSAGES = r"(?<![^\n\ufeff])[\"']?(?:system_)?messages[\"']?[ \t]*:"
# Outside YAML's printable set, or taken for a line end by YAML but not by git. Compiled when it is needed:
# that takes as long as compiling all the others.
_ESCAPED = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"


class Split(NamedTuple):
    """A file cut in two. ``front`` is the text between the fences, None when there is no front matter.

    ``text[:start]`` is the opening fence, ``text[start:end]`` is ``front``, ``text[body:]`` the body. In a
    session's file there are no fences, and the body are its messages.
    """

    text: str
    front: str | None
    start: int
    end: int
    body: int

    @property
    def is_session(self) -> bool:
        """Whether the file is YAML throughout: then there is no fence below the front matter."""
        return self.front is not None and self.body == self.end

    @property
    def body_text(self) -> str:
        return self.text[self.body :]


def split(text: str) -> Split:
    """Cut a file at its front matter's fences. An opening fence that is never closed is body."""
    mark = 1 if text.startswith("\ufeff") else 0
    start = text.find("\n", mark) + 1
    if start and text[mark:start].rstrip(_BLANK) == "---" and (fence := _FENCE.search(text, start)):
        return Split(text, text[start : fence.start()], start, fence.start(), fence.end())
    head = text[:_HEAD]
    if "messages" in head or "session" in head:
        return _split_session(text, start if text[mark:start].rstrip(_BLANK) == "---" else mark)
    return Split(text, None, 0, 0, 0)


def _split_session(text: str, start: int) -> Split:
    """A session's file is YAML throughout: what stands above its messages is the front matter, they are the
    body. ``kind: session`` tells it, or an id above the messages, for a file that another program wrote."""
    found = re.compile(_SESSION).match(text, start, start + _HEAD)
    if found is None:
        return Split(text, None, 0, 0, 0)
    has_id = re.compile(r"(?<![^\n\ufeff])[\"']?id[\"']?[ \t]*:")
    if not has_id.search(text, start, start + _HEAD if found[1] else found.end()):
        has_kind = re.compile(r"(?<![^\n])[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?session\b")
        # A person may have put the keys below the messages.
        if not has_id.search(text, found.end()) or not (found[1] or has_kind.search(text, found.end())):
            return Split(text, None, 0, 0, 0)
    messages = re.compile(_MESSAGES).search(text, start)
    end = messages.start() if messages else len(text)
    return Split(text, text[start:end], start, end, end)


def read(front: str) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """The keys of a front matter, every scalar as text; and what is wrong with it, by line of the file.

    A front matter that is not a mapping, or not YAML, gives no keys and one problem.
    """
    if len(front) > LARGEST:
        return {}, (Problem(0, "the front matter is larger than a megabyte"),)
    from lsp_server.records.plain_front_matter import read_plain

    if (found := read_plain(front)) is not None:
        return found, ()
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if (deep := _too_deep(front)) is not None:
            return {}, (Problem(deep + 1, f"the front matter is nested more than {_DEEPEST} deep"),)
        value = yaml.load(front, Loader=loader)  # text, lists and mappings only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if (error.context or "").startswith(("while parsing a flow", "while scanning a quoted")):
            mark = error.context_mark  # what is never closed is wrong where it opens
        return {}, (
            Problem((mark.line if mark else 0) + 1, f"the front matter is not YAML: {error.problem}"),
        )
    except yaml.YAMLError as error:
        place = front[: getattr(error, "position", 0)].count("\n") + 1
        return {}, (Problem(place, f"the front matter is not YAML: {getattr(error, 'reason', error)}"),)
    except (ValueError, RecursionError) as error:
        return {}, (Problem(1, f"the front matter is not YAML: {error}"),)
    if value is None or value == "":
        return {}, ()
    if not isinstance(value, dict):
        return {}, (Problem(1, "the front matter is not a list of `key: value` lines"),)
    if "*" in front and "&" in front and _is_endless(value, len(front)):
        return {}, (Problem(1, "the front matter repeats itself without end: write out what * stands for"),)
    return {str(key): item for key, item in value.items()}, ()


def _is_endless(value: Any, most: int) -> bool:
    """Whether more values are in it than characters: what stands in many places at once (``*name``) takes no
    room here, and would be without end for whoever goes through it."""
    seen, waiting = 0, [value]
    while waiting and seen <= most:
        one = waiting.pop()
        seen += 1
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return seen > most


def _too_deep(front: str) -> int | None:
    """The line where collections stand too deep inside each other, None when they do not. libyaml builds
    them by recursion in C: where that overflows the stack the process dies, with no error to catch."""
    if sum(map(front.count, "[{-:?")) <= _DEEPEST:  # every collection begins with one of these
        return None
    import yaml

    depth = 0
    for event in yaml.parse(front, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return event.start_mark.line if event.start_mark else 0
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def line_of(split_text: Split, key: str) -> int:
    """The 0-based line of the file where a top-level key stands; the first line when it does not."""
    found = re.search(rf"^[\"']?{re.escape(key)}[\"']?[ \t]*:", split_text.front or "", re.MULTILINE)
    return split_text.text.count("\n", 0, split_text.start + (found.start() if found else 0)) if found else 0


def scalar(value: object) -> str:
    """One value as YAML on one line: plain where every YAML reader takes it for the same text."""
    if not isinstance(value, str):
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return json.dumps(value) if type(value) is not int else str(value)
    text = str(value)
    return _scalar(text) if len(text) > _SHORT else _short_scalar(text)


def _scalar(text: str) -> str:
    if _TIMESTAMP.match(text) or (_PLAIN.match(text) and not _NOT_TEXT.match(text)):
        return text
    return json_string(text)


_short_scalar = lru_cache(2000)(_scalar)  # the words of statuses, severities, names come again and again


def flow(values: Iterable[object]) -> str:
    """A list on one line: ``[auth, "a: b"]``."""
    return "[" + ", ".join(_flow_item(value) for value in values) + "]"


def _flow_item(value: object) -> str:
    text = scalar(value)
    return json.dumps(text) if text[:1] != '"' and not _IN_A_LIST.isdisjoint(text) else text


def block(lines: Iterable[str], indent: int) -> str:
    """Lines of code as a literal block, or as a list of strings where a block cannot hold them."""
    lines = list(lines)
    margin = " " * indent
    if not lines or any(re.search(_ESCAPED, line) or line.endswith("\r") for line in lines) or not any(lines):
        return "".join(f"\n{margin}- {json_string(line)}" for line in lines) or " []"
    # The indentation indicator is always there: the first line of code often begins with a space.
    keep = "+" if not lines[-1].strip() else "-"
    body = "\n".join(margin + line if line else "" for line in lines)
    return f" |2{keep}\n{body}"


def json_string(text: str) -> str:
    """A double-quoted YAML string, whatever is in it."""
    written = json.dumps(text, ensure_ascii=False)
    if text.isprintable():  # then nothing of what has to be escaped is in it
        return written
    return re.sub(_ESCAPED, lambda m: f"\\u{ord(m[0]):04x}", written)
