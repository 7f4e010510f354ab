"""Where the work stood, in words: the same sections for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.memory.comparison_report import plain
from lsp_server.memory.core import Core
from lsp_server.memory.reasons_report import TITLE
from lsp_server.memory.review_results import CHANGED, DELETED, NEW
from lsp_server.records.fields import FIELDS
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from lsp_server.code.model import FileChange
    from lsp_server.memory.linked_results import Resumed

MOST = 10  # lines of a section, unless another number is asked for
_LINE = 300  # characters of one, as Markdown
_ITEMS = ("in_progress", "todo", "completed")


class Section(NamedTuple):
    """A part of the report: a heading, lines, how many there are more, and what would show them. ``detail``
    are the lines below each line, as many as there are lines, or none."""

    title: str
    lines: Sequence[str]
    more: int = 0
    hint: str = ""
    details: Sequence[str] = ()


def facts(found: Resumed) -> list[str]:
    """What the checkpoint is and how it stands to HEAD: a line each."""
    record = found.checkpoint
    phase = record.fields.get("phase")
    ago = "just now" if found.elapsed == "0 seconds" else f"{found.elapsed} ago"
    lines = [" · ".join([ago, f"{record.created.astimezone():%Y-%m-%d %H:%M}", *([phase] if phase else [])])]
    lines.extend(_position(found))
    if found.snapshot:
        lines.append(f"its work tree is kept: `git memory restore {record.label}`")
    if found.newer is not None:
        where = found.newer.code.branch if found.newer.code else None
        lines.append(
            f"newer: {found.newer.label} {found.newer.title}"
            + (f", on {where}" if where else "")
            + f" (`git memory resume {found.newer.label}`)"
        )
    return lines


def sections(found: Resumed, most: int = MOST) -> Iterator[Section]:
    """What was to be done, and what came since; only the parts that have something to say."""
    record = found.checkpoint
    titles = {field.name: field.key for field in FIELDS[Kind.CHECKPOINT]}
    show = f"git memory show {record.label}"
    for name in _ITEMS:
        if items := record.fields.get(name):
            yield _cut(titles[name], [" ".join(item.split()) for item in items], most, show)
    if notes := record.fields.get("notes"):
        yield _cut("Notes", [line.rstrip() for line in notes.splitlines() if line.strip()], most, show)
    if found.commit_count:
        lines = [
            f"{commit.id[:10]}  {commit.when:%Y-%m-%d}  {commit.author}: {commit.subject}"
            for commit in found.commits[:most]
        ]
        hint = f"git log {found.today[:10]}..HEAD" if found.today else "git log"
        yield Section(
            f"{_count(found.commit_count, 'commit')} since", lines, found.commit_count - len(lines), hint
        )
    if found.files:
        against = f"git diff --stat {found.today[:10]}" if found.today else "git diff --stat HEAD"
        title = f"{_count(len(found.files), 'file')} changed since{_sum(found.files)}"
        if found.today is None:
            title = f"{_count(len(found.files), 'file')} not committed{_sum(found.files)}"
        yield _cut(title, [_file(file) for file in found.files], most, against)
    if found.records:
        counts = {
            one: sum(change.change == one for change in found.records) for one in (NEW, CHANGED, DELETED)
        }
        said = ", ".join(f"{count} {one}" for one, count in counts.items() if count)
        lines = [
            f"{change.name} {change.title}" + (f": {change.summary}" if change.summary else "")
            for change in found.records
        ]
        yield _cut(f"Records since: {said}", lines, most, "git memory log -p")
    if found.anchored:
        shown = found.anchored[:most]
        yield Section(
            "Anchored in the files changed",
            [f"{one.record.label} {one.record.title}" for one in shown],
            found.anchored_count - len(shown),
            "git memory why PATH",
            [f"{one.range}: {one.evidence}" if one.range else one.evidence for one in shown],
        )


def resume_report(core: Core, found: Resumed) -> str:
    """As Markdown of bounded length in which nothing acts."""

    def shown(section: Section) -> dict[str, Any]:
        details = section.details or [""] * len(section.lines)
        return {
            "title": plain(section.title, TITLE),
            "lines": [
                plain(line, _LINE) + (f": {plain(detail, _LINE)}" if detail else "")
                for line, detail in zip(section.lines, details, strict=True)
            ],
            "more": section.more,
            "hint": section.hint,
        }

    record = found.checkpoint
    return core.templates.render(
        "reports/resume.md",
        label=record.label,
        title=plain(record.title, TITLE),
        facts=[plain(line, _LINE) for line in facts(found)],
        sections=[shown(section) for section in sections(found)],
    )


def _position(found: Resumed) -> Iterator[str]:
    if found.then is None:
        yield "written before there was a commit"
        return
    code = found.checkpoint.code
    branch = f" on {code.branch}" if code and code.branch else ", not on a branch"
    dirty = ", with uncommitted changes" if code and code.dirty else ""
    if found.today is None:
        yield f"code {found.then[:10]}{branch}{dirty}; that commit {found.link}"
        return
    yield f"code {found.today[:10]}{branch}{dirty}" + (f" ({found.link})" if found.link else "")
    if found.head is None:
        return
    where = f"HEAD is {found.head[:10]}" + (f" on {found.branch}" if found.branch else ", detached")
    where += ", with uncommitted changes" if found.uncommitted else ""
    if found.head == found.today:
        yield f"{where}: the same commit"
    elif found.elsewhere:
        yield f"{where}: it does not have {_count(found.elsewhere, 'commit')} of the checkpoint's"
    else:
        yield where


def _cut(title: str, lines: Sequence[str], most: int, hint: str) -> Section:
    return Section(title, lines[:most], max(len(lines) - most, 0), hint)


def _file(file: FileChange) -> str:
    counts = "binary" if file.added is None else f"+{file.added} −{file.removed}"
    return f"{file.path}  {counts}" + (f", was {file.was}" if file.was else "")


def _sum(files: Sequence[FileChange]) -> str:
    return f", +{sum(file.added or 0 for file in files):,} −{sum(file.removed or 0 for file in files):,}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
