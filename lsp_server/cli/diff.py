"""``git memory diff``: what a reviewer wants to know of a change of the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from lsp_server.memory.review_results import Comparison, RecordChange
    from lsp_server.records.model import Kind

_STYLES = {"new": "green", "changed": "yellow", "deleted": "red"}
_LINE_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@memory_command(
    "diff",
    example="""
    git memory diff
    git memory diff origin/memory...memory-proposals/sessions
    git memory diff memory@{yesterday} -p
    git memory diff --markdown origin/memory...HEAD
    """,
)
@click.argument("range_", metavar="[A..B]", required=False, type=Text())
@click.option("-p", "--patch", is_flag=True, help="Show the texts that changed, too.")
@click.option("--markdown", is_flag=True, help="As Markdown, for the comment on a pull request.")
def diff(session: Session, range_: str | None, *, patch: bool, markdown: bool) -> None:
    """Show what differs between two versions.

    It is told record by record, as people talk. A and B are branches, commits or BRANCH@{DATE}; A...B is
    from where B left A; A alone is up to now. Without any: the proposal this worktree is on, else what the
    remote does not have yet, else the last commit. Only commits are read, so it works where nothing else
    is, as in a forge's checks.
    """
    if markdown and session.json:
        raise click.UsageError("--markdown and --json are two answers: choose one")
    with session.memory(name_proposal=range_ is not None) as memory:
        comparison, chosen = memory.compare(range_)
        if chosen:
            session.say(visible_line(f"showing {chosen}"))
        if session.json:
            print_json(session, comparison_json(comparison))
            return
        if markdown:
            session.out.line(memory.report(comparison).rstrip("\n"))
            return
    if comparison.is_empty:
        session.say("no changes")
        return
    _print(session, comparison, patch)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """``old`` and ``new`` are versions with the names they were asked for by; each record has ``change``
    (new, changed, deleted), its ``summary`` for people, the same as ``facts``, and the ``texts`` that
    differ, whole."""
    return {
        "old": comparison.old and {"version": comparison.old, "name": comparison.old_name},
        "new": {"version": comparison.new, "name": comparison.new_name},
        "counts": dict(comparison.counts),
        "records": [change_json(change) for change in comparison.records],
        "files": [file._asdict() for file in comparison.files],
    }


def change_json(change: RecordChange) -> dict[str, Any]:
    """One record's change, in the one shape of ``diff`` and ``history``."""
    return {
        "change": change.change,
        "id": change.id,
        "kind": change.kind.value,
        "label": change.label,
        "title": change.title,
        "path": change.path,
        "summary": change.summary,
        "facts": [fact._asdict() for fact in change.facts],
        "texts": [text._asdict() for text in change.texts],
    }


def _print(session: Session, comparison: Comparison, patch: bool) -> None:
    out = session.out
    kind: Kind | None = None
    for change in comparison.records:
        if change.kind is not kind:
            if kind is not None:
                out.line()
            kind = change.kind
            out.line(out.style(f"{kind.value.capitalize()}s", "bold"))
        summary = f": {change.summary}" if change.summary else ""
        name, rest = change.name, f" {change.title}{summary}"
        out.flow(("  ", ""), (name, _STYLES[change.change]), (rest, ""), indent=6)
        if patch:
            print_texts(session, change)
    values = [file for file in comparison.files if file.key is not None]
    others = [file for file in comparison.files if file.key is None]
    is_first = not comparison.records
    for title, files in (("Values", values), ("Other files", others)):
        if files:
            out.line(("" if is_first else "\n") + out.style(title, "bold"))
            is_first = False
        for file in files:
            remark = f", {file.remark}" if file.remark else ""
            told = f": {file.change}{remark}"
            name = file.path if file.key is None else file.key
            out.flow(("  ", ""), (name, _STYLES[file.change]), (told, ""), indent=6)
    if len(comparison.records) > 1:
        out.line("\n" + out.style(comparison.counted, "dim"))


def print_texts(session: Session, change: RecordChange) -> None:
    """The texts of a record that differ, as a diff below their names."""
    out = session.out
    for text in change.texts:
        out.line(f"    {out.style(visible_line(text.name), 'cyan')}")
        for line in text.diff():
            out.line("    " + out.style(visible_line(line), _LINE_STYLES.get(line[:1], "")))
