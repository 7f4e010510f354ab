"""Use case: write in an editor. A draft is a real file outside the work tree; saving it commits it.

``<git common dir>/git-memory/drafts/<worktree>/<name>.md`` is what a person edits; ``draft_files`` has what
stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import amending, checkpointing, draft_files, draft_place, recording, views
from lsp_server.memory.core import Core
from lsp_server.memory.deciding.reminding import reminders
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_text import as_committed, numbered, pretended_path, without_hints
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.recording import Given
from lsp_server.memory.results import Draft, Saved
from lsp_server.memory.titles import clean_title
from lsp_server.records.document import parse
from lsp_server.records.front_matter import split
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.model import NO_NUMBER, NO_TITLE, Kind, Link, Problem, Record, Relation
from lsp_server.records.paths import slug
from lsp_server.records.sections import title_of

_RECORDS = {kind.value for kind in Kind}
_TO_COME = (NO_NUMBER, NO_TITLE)  # a number comes with the commit, a title may still be missing


def open_draft(core: Core, given: Given, supersedes: str, in_use: Collection[Path]) -> Draft:
    """A pre-filled file for a new record; with ``supersedes``, for the decision that replaces that one.
    ``in_use`` are the files that an editor has open."""
    kind, title = given.kind, given.title
    core.tip()
    views.tidy(core, in_use)
    if supersedes:
        old = core.find(supersedes)
        amending.check_replaceable(old)
        link = Link(Relation.SUPERSEDES, old.id, old.label)
        given = given._replace(links=(link,), status=given.status or "accepted")
    prepare = checkpointing.prepare if kind is Kind.CHECKPOINT else recording.prepare
    new = prepare(core, given._replace(title=title or "untitled"), Guard())
    new = core.team.applied(new, core.store.snapshot())
    record = replace(new.record, title=title)
    text = recording.render_new(core, record, new, draft=True)
    name = f"{slug(title) if title else 'new-' + kind.value}-{record.id[:8]}.md"
    path = draft_place.folder_of(core) / name
    draft_files.claim(path, record.id)
    draft_files.store(path, State(record.id, kind.value, "", text, committed=False, form=new.form))
    draft_files.write(path, text)
    return Draft(path, record.id, kind, is_new=True)


def keep(path: Path, record: Record, text: str) -> Path:
    """Write the text of a record that could not be committed. Saved again later, it is committed."""
    draft_files.claim(path, record.id)
    draft_files.store(path, State(record.id, record.kind.value, "", "", committed=False))
    draft_files.write(path, text)
    return path


def save(core: Core, path: Path, guard: Guard, shown: str | None = None) -> Saved:
    """Commit what a draft file holds now, once, whoever sees the save. ``shown`` is the text that the person
    is known to have begun from."""
    if draft_files.load(path) is None:
        raise NotFoundError(f"{path.name} is not a draft of Git Memory")
    with draft_files.locked(path):
        state = draft_files.load(path)
        if state is None:
            raise NotFoundError(f"{path.name} is not a draft of Git Memory any more")
        text = draft_files.read(path)
        if state.kind not in _RECORDS:
            return _save_other(core, path, state, text, guard, shown=shown)
        if state.committed:
            return _save_amended(core, path, state, text, guard, shown=shown)
        return _save_new(core, path, state, text, guard)


def check(path: Path, text: str) -> list[Problem]:
    """What is wrong with a draft's or a record's text."""
    state = draft_files.load(path) if draft_place.common_directory(path) else None
    data = text.encode("utf-8", "replace")
    if state is None:
        return list(parse(path.name, data).problems)
    if state.kind not in _RECORDS:
        return _check_other(state.kind, text)
    parsed = parse(pretended_path(Kind(state.kind)), data)
    if not state.committed:
        return [problem for problem in parsed.problems if problem.code not in _TO_COME]
    return [*parsed.problems, *reminders(parsed.record, text)]


def _check_other(kind: str, text: str) -> list[Problem]:
    from lsp_server.memory.keyed import views as value_views

    return value_views.problems(text) if kind == value_views.KIND else []


def _save_other(core: Core, path: Path, state: State, text: str, guard: Guard, *, shown: str | None) -> Saved:
    """A file that is no record's."""
    from lsp_server.memory.documents import views as document_views
    from lsp_server.memory.errors import solution_drafts
    from lsp_server.memory.keyed import views as value_views
    from lsp_server.memory.working import ending_drafts as session_ends

    if state.kind == document_views.KIND:
        return document_views.save(core, path, state, text, guard, shown=shown)
    if state.kind == value_views.KIND:
        return value_views.save(core, path, state, text, guard, shown=shown)
    if state.kind == solution_drafts.KIND:
        return solution_drafts.save(core, path, state, text)
    if state.kind == session_ends.KIND:
        return session_ends.save(core, path, state, text, guard)
    return Saved(None, changed=False, reason=f"{path.name} only shows something; nothing of it is recorded")


def _save_new(core: Core, path: Path, state: State, text: str, guard: Guard) -> Saved:
    if text == state.template:
        return Saved(None, changed=False, reason="nothing was written in the draft, so nothing is recorded")
    if not title_of(split(text).body_text):
        return Saved(None, changed=False, reason="the draft has no title (the line after `# `), so it waits")
    # Before anything else reads it, and while its lines are those that the person sees.
    clean = guard.clean(text)
    drafted = _drafted(state, clean)
    kind = drafted.kind
    bare = without_hints(kind, clean)
    made: list[tuple[Record, str]] = []

    def change(edits: Edits) -> str:
        made.clear()
        if core.known(edits, drafted.id) is not None:
            return ""
        number = edits.next_number(kind) if kind in NUMBERED else None
        record = replace(drafted, number=number, label=format_label(kind, number, drafted.id))
        record = replace(record, path=edits.free_path(record))
        whole = guard.clean(numbered(bare, number))
        edits.write(record.path, whole.encode("utf-8"))
        made.append((record, whole))
        replaced = [link.target for link in record.links if link.relation is Relation.SUPERSEDES]
        olds = [amending.retire(core, edits, target, record) for target in replaced]
        # Should we die before we can say that it was committed, the next save amends from here.
        draft_files.store(path, replace(state, base=whole), durable=False)
        action = f"supersede {olds[0].label} with" if olds else "record"
        return core.message(action, record, code=record.code, also=olds)

    core.commit(change)
    if not made:
        base = state.base or views.text_of(core, core.find(drafted.id))
        state = replace(state, base=base, committed=True)
        core.when_committed(lambda: draft_files.store(path, state))
        return _save_amended(core, path, state, text, guard)

    def committed() -> None:
        _, whole = made[0]
        if clean != text:
            _show(path, text, whole)
        template = "" if clean != text else state.template
        draft_files.store(path, replace(state, base=whole, committed=True, template=template))

    record, whole = made[0]
    core.when_committed(committed)
    return Saved(amending.reread(record, whole), changed=True)


def _drafted(state: State, text: str) -> Record:
    """The record in a draft's text. Raises ``UsageError`` when it is none, or another one."""
    kind = Kind(state.kind)
    parsed = parse(pretended_path(kind), text.encode("utf-8"))
    record = parsed.record
    if record is None or record.id != state.id or record.kind is not kind:
        problem = parsed.problems[0] if parsed.problems else Problem(0, "its id or kind was changed")
        raise UsageError(f"the draft cannot be recorded: line {problem.line + 1}: {problem.message}")
    return replace(record, title=clean_title(record.title))


def _save_amended(
    core: Core, path: Path, state: State, text: str, guard: Guard, *, shown: str | None = None
) -> Saved:
    record = core.find(state.id)
    typed = as_committed(state, text)
    if typed == state.base:
        return Saved(record, changed=False, reason="nothing was changed")
    clean = guard.clean(text)
    mine = as_committed(state, clean)
    # An editor may have shown an older text than the file had: what came since then is not its to take back.
    base = state.base_of(mine, None if shown is None else as_committed(state, shown))
    before = views.text_of(core, record)
    amended = amending.amend(core, state.id, mine, base, guard)
    now = views.text_of(core, amended)
    if base != state.base:
        # An older text saved once is an editor's that missed a change; saved twice, it is meant.
        state = replace(state, older=[one for one in state.older if one != base])
    if now != typed:
        # What others changed meanwhile was merged in; the person sees it at once.
        _show(path, text, now)
        told = mine in (now, base)
        state = replace(state, template="", older=state.older if told else state.seen(mine))
    settled, in_batch = state, core.batch is not None

    def committed() -> None:
        # At the end of a batch it may have been merged with more than we saw.
        base = views.text_of(core, core.find(settled.id)) if in_batch else now
        draft_files.store(path, replace(settled, base=base))

    core.when_committed(committed)
    if now == before:
        reason = f"{amended.label} has this already, or had it before somebody changed it"
        return Saved(amended, changed=False, reason=reason)
    return Saved(amended, changed=True)


def _show(path: Path, saved: str, text: str) -> None:
    """Put what was committed in the file that a person saved, unless they went on writing meanwhile."""
    if draft_files.read(path) == saved:
        draft_files.write(path, text)
