"""What the commit of a batch says: its subject, the writes in it, and their records for machines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import UsageError
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits

_LISTED = 100
"""So many records are named in the commit's message, in its text and in its trailers."""


class Action(NamedTuple):
    """What one write did, as the commit's message tells it: of which records, and the verb; or its own
    words."""

    records: tuple[Record, ...]
    verb: str = ""
    words: str = ""


def whole_message(core: Core, text: tuple[str, str], actions: Sequence[Action], edits: Edits) -> str:
    """The message of a batch's commit. ``text`` is the subject and what stands below it."""
    lines = [action.words or _line(action) for action in actions[:_LISTED]]
    ids = dict.fromkeys(record.id for action in actions for record in action.records)
    if any(action.words for action in actions):  # which does not tell its records
        ids.update(dict.fromkeys(record.id for record in islice(edits.records(), _LISTED)))
    position = core.position()
    trailers = [("Memory-Id", record_id) for record_id in islice(ids, _LISTED)]
    if position.commit:
        trailers.append(("Code-Commit", position.commit))
    if position.branch:
        trailers.append(("Code-Branch", position.branch))
    return core.templates.render(
        "commits/batch",
        subject=text[0],
        text=text[1],
        lines=lines,
        more=len(actions) - len(lines),
        trailers=trailers,
    )


def _line(action: Action) -> str:
    from lsp_server.memory.titles import subject

    first = action.records[0]
    return subject(f"{first.kind.value}: {action.verb} {first.label}", first.title)


def subject_and_text(message: str) -> tuple[str, str]:
    """The subject and the text below it."""
    if "\0" in message:
        raise UsageError("a commit message cannot contain a NUL character")
    first, _, rest = message.strip().partition("\n")
    if not first:
        raise UsageError("a batch needs a message: it is the subject of its commit")
    return " ".join(first.split()), rest.strip()
