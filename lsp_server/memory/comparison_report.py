"""A comparison as Markdown for a pull request's comment.

What stands in records was written by anybody: here it is text and nothing else. No HTML, no image, no link,
no mention that calls somebody, no number that refers to an issue; and it is never longer than a forge takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.review_results import NEW, Comparison, RecordChange
from lsp_server.memory.titles import inert, printable
from lsp_server.records.amounts import plural
from lsp_server.records.model import Kind
from lsp_server.records.shortening import shortened

LONGEST = 48_000  # characters of a report; GitHub takes 65,536
_LIST = 20_000  # of them, for the list
_LISTED = 150  # records and files in the list
_TITLE = 160  # characters
_SUMMARY = 600
_TEXT_LINES = 60  # of one text's diff
_RECORD_LINES = 150  # of one record's
_LINE = 600  # characters of one of its lines
_PLURALS = {
    Kind.DECISION: ("decision", "Decisions"),
    Kind.BUG: ("bug", "Bugs"),
    Kind.LEARNING: ("learning", "Learnings"),
    Kind.CHECKPOINT: ("checkpoint", "Checkpoints"),
    Kind.SESSION: ("session", "Sessions"),
}
# What forges make something of in the middle of plain text: @who, #1, !1, ~label, %milestone, ^alert,
# :emoji:, scheme://, www., GH-1, the ids of commits. A character without width parts what they take for one.
_BREAK = "\u200b"
_TRIGGERS = re.compile(
    r"(?P<sign>[@#!~%^&])(?=\S)|(?P<colon>:)(?=//|[a-z0-9_+-]+:)|(?P<www>\bwww)(?=\.)|(?P<gh>\bGH-)(?=\d)"
    r"|(?<![\w-])(?P<commit>[0-9a-f]{4})(?=[0-9a-f]{3,60}\b)",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>|~&$])")


class _Budget:
    """Characters that are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def takes(self, *texts: str) -> bool:
        need = sum(map(len, texts)) + 60
        if need > self.left:
            return False
        self.left -= need
        return True


class _Text(NamedTuple):
    name: str
    title: str
    fence: str
    lines: Sequence[str]


def report(core: Core, comparison: Comparison) -> str:
    """The Markdown: a list of what changed, and folded below it the texts."""
    budget = _Budget(_LIST)
    listed = list(_listed(comparison, budget))
    files = list(_files(comparison, budget, _LISTED - len(listed)))
    titles = dict.fromkeys(change.kind for change, _ in listed)
    groups = [
        {"title": _PLURALS[kind][1], "records": [view for change, view in listed if change.kind is kind]}
        for kind in titles
    ]
    told = [change for change in comparison.records if change.texts]
    budget = _Budget(LONGEST - _LIST - 2000)
    texts: list[_Text] = []
    for change in told:
        shown = _text(change)
        if not budget.takes(shown.name, shown.title, *shown.lines, " " * len(shown.lines)):
            break
        texts.append(shown)
    return core.templates.render(
        "reports/comparison.md",
        heading=heading(comparison),
        between=_between(comparison),
        groups=groups,
        files=files,
        more=len(comparison.records) + len(comparison.files) - len(listed) - len(files),
        texts=texts,
        texts_title=f"The text{'s' * (len(told) != 1)} that changed",
        more_texts=len(told) - len(texts),
    )


def plain(text: str, length: int) -> str:
    """Words from a record as one line of Markdown that is these words and nothing else."""
    line = shortened(printable(text), length)
    parted = _TRIGGERS.sub(rf"\g<0>{_BREAK}", line).replace("@", f"{_BREAK}@")  # an address has both sides
    return _MARKDOWN.sub(r"\\\1", parted)


def _listed(comparison: Comparison, budget: _Budget) -> Iterator[tuple[RecordChange, dict[str, str]]]:
    for change in comparison.records[:_LISTED]:
        view = {
            "name": change.name,
            "title": plain(change.title, _TITLE),
            "summary": plain(change.summary, _SUMMARY),
        }
        if not budget.takes(*view.values()):
            return
        yield change, view


def _files(comparison: Comparison, budget: _Budget, most: int) -> Iterator[dict[str, str]]:
    for file in comparison.files[: max(most, 0)]:
        view = {
            "path": plain(file.path if file.key is None else file.key, _TITLE),
            "is_value": "yes" if file.key is not None else "",
            "change": file.change,
            "remark": plain(file.remark, _TITLE),
        }
        if not budget.takes(*view.values()):
            return
        yield view


def _text(change: RecordChange) -> _Text:
    lines: list[str] = []
    for text in change.texts:
        diff = text.diff()
        lines.append(f"@@ {text.name} @@")
        lines.extend(diff[:_TEXT_LINES])
        if more := len(diff[_TEXT_LINES:]):
            lines.append(f"@@ and {more} more lines @@")
        if len(lines) > _RECORD_LINES:
            lines = [*lines[:_RECORD_LINES], "@@ and more @@"]
            break
    shown = [_cut(inert(line.expandtabs(4))) for line in lines]
    # Longer than every fence in the text, or a line of it would end the block.
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    title = plain(change.title, _TITLE) + (" (new)" if change.change == NEW else "")
    return _Text(change.label, title, "`" * max(3, longest + 1), shown)


def _cut(line: str) -> str:
    return line if len(line) <= _LINE else line[:_LINE].rstrip() + "…"


def heading(comparison: Comparison) -> str:
    """``2 decisions and 1 value``; what else there is when there is none of them."""
    parts = [f"{n} {_PLURALS[kind][0]}{'s' * (n != 1)}" for kind, n in comparison.kinds.items()]
    if values := sum(file.key is not None for file in comparison.files):
        parts.append(plural(values, "value"))
    if not parts:
        files = len(comparison.files)
        return f"{files} other file{'s' * (files != 1)}" if files else "no changes"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _between(comparison: Comparison) -> str:
    old = f"`{comparison.old[:8]}`" if comparison.old else "nothing"
    said = comparison.counted
    return f"{said}{' · ' if said else ''}from {old} to `{comparison.new[:8]}`"
