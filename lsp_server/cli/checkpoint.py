"""``git memory checkpoint``: record where the work stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text, code_ranges
from lsp_server.cli.output import print_json, print_recorded
from lsp_server.cli.record_options import (
    add_free_text,
    field_options,
    fields_of,
    place_options,
    tags_of,
    text_options,
)
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.write import edit_option, record_in_editor
from lsp_server.records.model import Kind
from lsp_server.records.plain import record_json
from lsp_server.records.sections import sections

if TYPE_CHECKING:
    from lsp_server.records.model import Record

MOST = 10  # files that are named in the answer
COUNTS = (r"(?m) \+(\d+) −\d+$", r"(?m) \+\d+ −(\d+)$")


@memory_command(
    "checkpoint",
    example="""
    git memory checkpoint "Login works end to end" --phase implementation \\
        --completed "Login form" --in-progress "Password reset" --todo "Rate limit" --metric tests=214
    """,
)
@click.argument("message", required=False, type=Text())
@field_options(Kind.CHECKPOINT)
@place_options
@edit_option
@text_options(Kind.CHECKPOINT)
def checkpoint(
    session: Session,
    message: str | None,
    *,
    edit: bool,
    source: str | None,
    places: tuple[str, ...],
    tags: tuple[str, ...],
    allow_secrets: tuple[str, ...],
    redact: bool,
    **given: Any,
) -> None:
    """Record where the work stands.

    By itself it notes the commit, the branch, whether there are uncommitted changes, the files modified
    since the previous checkpoint with their line counts, and the time since then.
    """
    fields = fields_of(Kind.CHECKPOINT, given)
    if edit:
        if source:
            raise click.UsageError("--edit and -F exclude each other", click.get_current_context())
        record_in_editor(
            session,
            Kind.CHECKPOINT,
            message,
            places,
            fields=fields,
            tags=tags_of(tags),
            allow_secrets=allow_secrets,
            redact=redact,
        )
        return
    message = add_free_text(session, Kind.CHECKPOINT, message, fields, source)
    with session.memory() as memory:
        record = memory.checkpoint(
            message,
            fields=fields,
            tags=tags_of(tags),
            at=code_ranges(session, memory, places),
            allow_secrets=allow_secrets,
            redact=redact,
        )
        previous = memory.find(str(record.fields.get("previous", "")))
    if session.json:
        print_json(session, record_json(record))
        return
    print_recorded(session, record)
    for line in _noted(record, previous):
        session.out.line(f"  {visible_line(line)}")


def _noted(record: Record, previous: Record | None) -> list[str]:
    """What the checkpoint noted about the code by itself, as its file tells it."""
    lines = []
    if record.code is not None and record.code.commit is not None:
        branch = f" on {record.code.branch}" if record.code.branch else ", not on a branch"
        dirty = ", with uncommitted changes" if record.code.dirty else ""
        lines.append(f"code {record.code.commit[:10]}{branch}{dirty}")
    if previous is not None:
        lines.append(f"since {previous.label} {previous.title}, {record.fields.get('elapsed', '')} ago")
    files = [line for line in sections(record.body).get("files modified", "").splitlines() if line.strip()]
    if files:
        added, removed = (sum(map(int, re.findall(pattern, "\n".join(files)))) for pattern in COUNTS)
        lines.append(f"{len(files)} file{'s' * (len(files) > 1)} modified, +{added} −{removed}")
    lines.extend("  " + line.removeprefix("* ").replace("`", "") for line in files[:MOST])
    if len(files) > MOST:
        lines.append(f"  and {len(files) - MOST} more, see git memory show {record.label}")
    return lines
