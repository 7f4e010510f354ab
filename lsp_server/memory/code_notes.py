"""Use case: the links between commits and records as git notes, so that plain ``git log`` shows them.

The notes are made of the memory and hold nothing of their own: they can go at any moment. They are this
clone's: nothing of ours pushes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.titles import printable
from lsp_server.records.amounts import plural
from lsp_server.records.anchors import UNCOMMITTED
from lsp_server.store.notes_ref import MADE_OF, NotesRef

if TYPE_CHECKING:
    from lsp_server.records.model import Record

KEY = "memory.notes"
_REF = "refs/notes/memory"
_BELOW = "refs/notes/"
_MOST_PLACES = 5  # named in one line


class Notes(NamedTuple):
    """What was written: the notes ref, how many commits have a note, and whether anything changed."""

    ref: str
    commits: int
    changed: bool


def is_on(core: Core) -> bool:
    """Whether the notes are kept up to date by themselves."""
    return core.repository.config.flag(KEY) or _named(core) is not None


def ref_of(core: Core) -> str:
    """The notes ref: ``refs/notes/memory``, unless ``memory.notes`` names another."""
    return _named(core) or _REF


def _named(core: Core) -> str | None:
    value = (core.repository.config.get(KEY) or "").strip()
    return value if value.startswith(_BELOW) else None


def update(core: Core, *, only_if_moved: bool = False) -> Notes:
    """Write the notes as the memory has them now. ``only_if_moved``: not where they were made of this very
    version. Raises ``RefusedError`` where the ref is somebody else's."""
    index = core.followed()
    version = index.version()
    there = NotesRef(core.repository, core.store, ref_of(core))
    if only_if_moved and there.made_of() == version:
        return Notes(there.ref, 0, changed=False)
    notes = _notes(core, index.list())
    message = core.templates.render(
        "commits/message",
        subject=f"notes: {plural(len(notes), 'commit')} of the code",
        body="",
        trailers=[(MADE_OF, version)],
    )
    written = there.write(notes, message)
    return Notes(there.ref, len(notes), written.changed)


def remove(core: Core) -> bool:
    """Take the notes away; False where there were none."""
    return NotesRef(core.repository, core.store, ref_of(core)).remove()


def _notes(core: Core, records: Iterable[Record]) -> Mapping[str, str]:
    """The text for each commit that records speak of, and that is here: by the commit that it is today."""
    from lsp_server.code.rewrites import present

    recorded: dict[str, list[str]] = defaultdict(list)
    anchored: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in sorted(records, key=lambda one: (one.created, one.id)):
        line = _line(record)
        if record.code is not None and record.code.commit is not None:
            recorded[record.code.commit].append(line)
        for anchor in record.anchors:
            for birth in anchor.births:
                if birth.commit != UNCOMMITTED:
                    lines = str(birth.start) if birth.start == birth.end else f"{birth.start}-{birth.end}"
                    anchored[birth.commit][line].append(f"{printable(birth.path)}:{lines}")
    commits = sorted({*recorded, *anchored})
    links = core.links.today_of(commits)
    today = {commit: link.today for commit in commits if (link := links.get(commit)) and link.today}
    here = present(core.repository.git, today.values())
    told: dict[str, tuple[list[str], dict[str, list[str]]]] = defaultdict(lambda: ([], {}))
    for commit, now in today.items():
        if now in here:
            told[now][0].extend(recorded.get(commit, ()))
            for line, places in anchored.get(commit, {}).items():
                told[now][1].setdefault(line, []).extend(places)
    return {
        commit: core.templates.render(
            "notes/commit",
            recorded=[line for line in dict.fromkeys(lines) if line not in places],
            anchored=[(line, _few(where)) for line, where in places.items()],
        )
        for commit, (lines, places) in told.items()
    }


def _line(record: Record) -> str:
    status = f" ({record.status})" if record.status else ""
    return printable(f"{record.label} {record.title}{status}")


def _few(places: list[str]) -> str:
    named = list(dict.fromkeys(places))
    more = f" and {len(named) - _MOST_PLACES} more" if len(named) > _MOST_PLACES else ""
    return ", ".join(named[:_MOST_PLACES]) + more
