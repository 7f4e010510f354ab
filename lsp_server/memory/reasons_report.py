"""Records with their evidence as Markdown, for a comment, a chat, an agent. Nothing in it acts: see
``comparison_report``."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.memory.comparison_report import plain
from lsp_server.memory.core import Core
from lsp_server.memory.linked_results import CommitMemory
from lsp_server.memory.results import Reason

TITLE = 160  # characters of a title
EVIDENCE = 400
STATUS = 40


def reasons_report(
    core: Core, title: str, reasons: Sequence[Reason], *, about: Sequence[str] = (), more: int = 0
) -> str:
    """A heading, what it is about, and a list of the records; ``more`` were left out."""
    return core.templates.render(
        "reports/reasons.md",
        title=plain(title, TITLE),
        about=[plain(line, EVIDENCE) for line in about],
        records=[shown(reason) for reason in reasons],
        more=more,
    )


def commit_report(core: Core, found: CommitMemory, reasons: Sequence[Reason], *, more: int = 0) -> str:
    """What the memory has about a commit."""
    commit = found.commit
    about = [f"{commit.id[:10]} by {commit.author}, {commit.when:%Y-%m-%d}"]
    if found.today:
        about.append(f"It is {found.today[:10]} today: {found.evidence}")
    return reasons_report(core, commit.subject or commit.id[:10], reasons, about=about, more=more)


def shown(reason: Reason) -> dict[str, str]:
    """One record as the templates take it."""
    at = f"{reason.range}: " if reason.range is not None else ""
    return {
        "label": reason.record.label,
        "title": plain(reason.record.title, TITLE),
        "status": plain(reason.record.status or "", STATUS),
        "evidence": plain(at + reason.evidence, EVIDENCE),
    }
