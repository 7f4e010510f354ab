"""``git memory checkpoint``: record where the work stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.checkpoint_for import answer, for_option
from lsp_server.cli.checkpoint_prune import prune
from lsp_server.cli.output import print_json, print_recorded
from lsp_server.cli.record_options import (
    NewRecord,
    field_options,
    place_options,
    text_options,
)
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.snapshot_text import print_not_kept, snapshot_json, warn_of_pushes
from lsp_server.cli.with_commands import WithCommands
from lsp_server.cli.write import edit_option, record_in_editor
from lsp_server.records.amounts import plural, size_text
from lsp_server.records.model import Kind
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.records.model import Record

MOST = 10  # files that are named in the answer


class Message(Text):
    """A title; what is completed is the command that may stand in its place."""

    name = "message"

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        below = checkpoint.commands.values()
        return [
            CompletionItem(one.name, help=one.get_short_help_str())
            for one in below
            if incomplete and (one.name or "").startswith(incomplete)
        ]


@memory_command(
    "checkpoint",
    example="""
    git memory checkpoint "Login works end to end" --phase implementation \\
        --completed "Login form" --in-progress "Password reset" \\
        --todo "Rate limit" --metric tests=214
    git memory checkpoint "Before the big change" --snapshot
    git memory checkpoint --for main..feature
    git memory checkpoint prune --dry-run
    """,
)
@click.argument("message", required=False, type=Message())
@field_options(Kind.CHECKPOINT)
@place_options
@edit_option
@text_options(Kind.CHECKPOINT)
@click.option(
    "--snapshot",
    is_flag=True,
    help="Keep the exact work tree as well, untracked files included; in this clone alone.",
)
@for_option
def record_checkpoint(
    session: Session,
    /,
    message: str | None,
    *,
    range_: str | None,
    markdown: bool,
    snapshot: bool,
    **given: Any,
) -> None:
    """Record where the work stands.

    By itself it notes the commit, the branch, whether there are uncommitted changes, the files modified
    since the previous checkpoint with their line counts, and the time since then. `git memory restore` goes
    back to one that was recorded with --snapshot; `git memory checkpoint prune` lets go of old snapshots.
    """
    if range_ is not None:
        answer(session, range_, {"a title": message, "snapshot": snapshot, **given}, markdown=markdown)
        return
    if markdown:
        raise click.UsageError("--markdown goes with --for RANGE; a checkpoint that is recorded is Markdown")
    if message in checkpoint.commands:
        raise click.UsageError(f"{message} comes first: git memory checkpoint {message} …")
    new = NewRecord(session, Kind.CHECKPOINT, given)
    if new.is_edited:
        if snapshot:
            raise click.UsageError("--snapshot and --edit exclude each other", click.get_current_context())
        record_in_editor(new, message)
        return
    message = new.read_text(message)
    with session.memory() as memory:
        record = memory.checkpoint(message, snapshot=snapshot, **new.parameters(memory), **new.secrets)
        previous = memory.find(str(record.fields.get("previous", "")))
        kept = memory.snapshot(record.id) if snapshot else None
        if snapshot:
            warn_of_pushes(session, memory.snapshots_pushed_to())
    if session.json:
        print_json(session, record_json(record) | ({"snapshot": snapshot_json(kept)} if kept else {}))
        return
    print_recorded(session, record)
    for line in _noted(record, previous):
        session.out.flow((f"  {line}", ""), indent=4)
    if kept is not None:
        size = "" if kept.size is None else f", {size_text(kept.size)}"
        told = f"  the work tree is kept{size}; git memory restore {kept.label}"
        session.out.flow((told, ""), indent=4)
        print_not_kept(session, kept.not_kept, "without")


checkpoint = WithCommands(record_checkpoint, [prune])


def _noted(record: Record, previous: Record | None) -> list[str]:
    """What the checkpoint noted about the code by itself, as its file tells it."""
    lines = []
    if record.code is not None and record.code.commit is not None:
        branch = f" on {record.code.branch}" if record.code.branch else ", not on a branch"
        dirty = ", with uncommitted changes" if record.code.dirty else ""
        lines.append(f"code {record.code.commit[:10]}{branch}{dirty}")
    if previous is not None:
        lines.append(f"{record.fields.get('elapsed', '')} after {previous.label} {previous.title}")
    files: Sequence[Mapping[str, Any]] = record.fields.get("files") or ()
    if files:
        added, removed = (sum(file.get(key) or 0 for file in files) for key in ("added", "removed"))
        lines.append(f"{plural(len(files), 'file')} modified, +{added} −{removed}")
    lines.extend(f"  {_file(file)}" for file in files[:MOST])
    if len(files) > MOST:
        lines.append(f"  and {len(files) - MOST} more, see git memory show {record.label}")
    return lines


def _file(file: Mapping[str, Any]) -> str:
    """A file with the lines that came and went; one that has no lines is binary."""
    if "added" not in file:
        return str(file["path"])
    if file["added"] is None:
        return f"{file['path']} (binary)"
    return f"{file['path']} +{file['added']} −{file['removed']}"
