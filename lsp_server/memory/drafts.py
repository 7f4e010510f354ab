"""Use case: write in an editor. A draft is a real file outside the work tree; saving it commits it.

``<git common dir>/git-memory/drafts/<worktree>/<name>.md`` is what a person edits. Its state stands beside
it in ``.state/``: which record it is, and the text that the next save is compared with.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lsp_server.errors import NotFoundError, StoreError, UsageError
from lsp_server.memory import amending, checkpointing, draft_place, recording
from lsp_server.memory.core import Core
from lsp_server.memory.guard import Guard
from lsp_server.memory.results import Draft, Saved
from lsp_server.memory.titles import clean_title
from lsp_server.records.anchors import CodeRange
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.front_matter import split
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.model import Kind, Link, Problem, Record, Relation
from lsp_server.records.paths import FOLDERS, slug
from lsp_server.records.sections import title_of

_STATE = ".state"


@dataclass(frozen=True)
class State:
    """What a draft is. ``base`` is the text last known to be on the branch (as the branch has it),
    ``template`` the untouched text; ``committed`` says whether the record is on the branch."""

    id: str
    kind: str
    base: str
    template: str
    committed: bool
    form: str = ""


def folder_of(core: Core) -> Path:
    """Where this worktree's drafts are."""
    git_dir, common = core.repository.git_dir, core.repository.common_dir
    name = draft_place.MAIN if git_dir == common else draft_place.LINKED + git_dir.name
    return core.private / draft_place.FOLDER / name


def view_path(core: Core, record: Record) -> Path:
    """Where the file view of a record is, or will be when it is opened."""
    known = _drafts_of(core, record.id)
    return (
        known[0]
        if known
        else folder_of(core) / f"{record.label}-{slug(record.title)[:40]}-{record.id[:8]}.md"
    )


def open_draft(
    core: Core,
    kind: Kind,
    *,
    at: Sequence[CodeRange] = (),
    title: str = "",
    fields: Mapping[str, Any] | None = None,
    status: str | None = None,
    tags: Sequence[str] = (),
    form: str = "",
    supersedes: str = "",
) -> Draft:
    """A pre-filled file for a new record; with ``supersedes``, for the decision that replaces that one."""
    core.tip()
    links = []
    if supersedes:
        old = core.find(supersedes)
        amending.check_replaceable(old)
        links, status = [Link(Relation.SUPERSEDES, old.id, old.label)], status or "accepted"
    if kind is Kind.CHECKPOINT:
        new = checkpointing.prepare(core, title or "untitled", fields=fields or {}, tags=tags, at=at)
    else:
        new = recording.prepare(
            core,
            kind,
            title or "untitled",
            fields=fields,
            status=status,
            tags=tags,
            at=at,
            form=form,
            links=links,
        )
    record = replace(new.record, title=title)
    text = recording.render_new(core, record, new, draft=True)
    path = folder_of(core) / f"{slug(title) if title else 'new-' + kind.value}-{record.id[:8]}.md"
    _store(path, State(record.id, kind.value, "", text, committed=False, form=new.form))
    _write(path, text)
    return Draft(path, record.id, kind, is_new=True)


def keep(path: Path, record: Record, text: str) -> Path:
    """Write the text of a record that could not be committed. Saved again later, it is committed."""
    _store(path, State(record.id, record.kind.value, "", "", committed=False))
    _write(path, text)
    return path


def open_view(core: Core, ref: str) -> Draft:
    """A record's own file, to be read and amended."""
    record = core.find(ref)
    return Draft(refresh_view(core, record), record.id, record.kind, is_new=False)


def refresh_view(core: Core, record: Record) -> Path:
    """Bring the file view of a record to the tip's text. Somebody's work in it that is not committed yet is
    never overwritten."""
    path = view_path(core, record)
    text = text_of(core, record)
    state = _load(path)
    if state is not None and path.exists():
        there = _read(path)
        if there not in (state.base, state.template):
            return path
        if there == text:
            return path
    # What is on the branch already need not survive a power cut here as well.
    _store(path, State(record.id, record.kind.value, text, "", committed=True), durable=False)
    _write(path, text, durable=False)
    return path


def text_of(core: Core, record: Record) -> str:
    """The whole file of a record at the tip. Raises ``NotFoundError``."""
    data = core.store.snapshot().read(record.path)
    if data is None:
        raise NotFoundError(f"{record.label} was deleted meanwhile")
    return data.decode("utf-8", "replace")


def save(core: Core, path: Path, guard: Guard) -> Saved:
    """Commit what a draft file holds now, once, whoever sees the save."""
    with _locked(path):
        state = _load(path)
        if state is None:
            raise NotFoundError(f"{path.name} is not a draft of Git Memory")
        text = _read(path)
        if state.committed:
            return _save_amended(core, path, state, text, guard)
        return _save_new(core, path, state, text, guard)


def check(path: Path, text: str) -> list[Problem]:
    """What is wrong with a draft's or a record's text."""
    state = _load(path) if draft_place.common_directory(path) else None
    if state is None:
        return list(parse(path.name, text.encode("utf-8", "replace")).problems)
    kind = Kind(state.kind)
    problems = list(parse(_pretended(kind), text.encode("utf-8", "replace")).problems)
    if not state.committed:
        # A number comes with the commit, a title may still be missing.
        problems = [p for p in problems if "needs a number" not in p.message and "no title" not in p.message]
    return problems


def _save_new(core: Core, path: Path, state: State, text: str, guard: Guard) -> Saved:
    kind = Kind(state.kind)
    if text == state.template:
        return Saved(None, changed=False, reason="nothing was written in the draft, so nothing is recorded")
    parsed = parse(_pretended(kind), text.encode("utf-8", "surrogateescape"))
    body = split(text).body_text
    if not title_of(body):
        return Saved(None, changed=False, reason="the draft has no title (the line after `# `), so it waits")
    if parsed.record is None or parsed.record.id != state.id or parsed.record.kind is not kind:
        problem = parsed.problems[0] if parsed.problems else Problem(0, "its id or kind was changed")
        raise UsageError(f"the draft cannot be recorded: line {problem.line + 1}: {problem.message}")
    drafted = replace(parsed.record, title=clean_title(parsed.record.title))
    cleaned = without_hints(kind, text)
    saved: list[tuple[Record, str]] = []

    def change(edits):  # type: ignore[no-untyped-def]  # Edits, see Core.commit
        core.index.follow(core.store, edits.snapshot.version)
        if core.index.get(drafted.id) is not None:
            record, theirs = core.current(edits, drafted.id)
            saved[:] = [(record, theirs)]
            return ""
        number = edits.next_number(kind) if kind in NUMBERED else None
        record = replace(drafted, number=number, label=format_label(kind, number, drafted.id))
        whole = _numbered(cleaned, number)
        record = replace(record, path=edits.free_path(record))
        whole = guard.clean(whole)
        edits.write(record.path, whole.encode("utf-8"))
        saved[:] = [(record, whole)]
        replaced = [link.target for link in record.links if link.relation is Relation.SUPERSEDES]
        olds = [amending.retire(core, edits, target, record) for target in replaced]
        action = f"supersede {olds[0].label} with" if olds else "record"
        return core.message(action, record, code=record.code, also=olds)

    core.commit(change)
    record, whole = saved[0]
    _store(path, replace(state, base=whole, committed=True))
    return Saved(amending.reread(record, whole), changed=True)


def _save_amended(core: Core, path: Path, state: State, text: str, guard: Guard) -> Saved:
    kind = Kind(state.kind)
    record = core.find(state.id)
    mine = without_hints(kind, text) if state.template else text
    if state.template:
        mine = _numbered(mine, record.number)
    if mine == state.base:
        return Saved(record, changed=False, reason="nothing was changed")
    amended = amending.amend(core, state.id, mine, state.base, guard)
    now = text_of(core, amended)
    if now != mine:
        # What others changed meanwhile was merged in; the person sees it at once.
        _write(path, now)
        _store(path, replace(state, base=now, template=""))
    else:
        _store(path, replace(state, base=now))
    return Saved(amended, changed=True)


def without_hints(kind: Kind, text: str) -> str:
    """A draft without the sections that were left as they came: a heading above nothing but our comment."""
    hints = {field.help for field in FIELDS[kind]} | {
        "a list: * Good, because … and * Bad, because …",
    }
    alternatives = "|".join(re.escape(hint) for hint in sorted(hints))
    text = re.sub(
        rf"\n#{{2,4}} [^\n]*\n\s*<!-- (?:{alternatives}) -->[ \t]*\n(?=\n#{{1,6}} |\s*\Z)", "", text
    )
    text = re.sub(rf"<!-- (?:{alternatives}) -->[ \t]*\n?", "", text)
    return text.rstrip() + "\n"


def _numbered(text: str, number: int | None) -> str:
    from lsp_server.records.front_matter_edit import set_after

    return text if number is None else set_after(text, "number", number, after="kind")


def _pretended(kind: Kind) -> str:
    return f"{FOLDERS[kind]}/draft.md"


def _drafts_of(core: Core, record_id: str) -> list[Path]:
    folder = folder_of(core)
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob(f"*-{record_id[:8]}.*")):
        state = _load(path)
        if state is not None and state.id == record_id:
            found.append(path)
    return found


# files ---------------------------------------------------------------------------------------------
def _state_path(path: Path) -> Path:
    return path.parent / _STATE / f"{path.name}.json"


def _load(path: Path) -> State | None:
    try:
        values = json.loads(_state_path(path).read_text("utf-8"))
        return State(**values)
    except (OSError, ValueError, TypeError):
        return None


def _store(path: Path, state: State, *, durable: bool = True) -> None:
    _write(_state_path(path), json.dumps(state.__dict__, ensure_ascii=True, indent=1), durable=durable)


def _write(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a private file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise NotFoundError(f"cannot read {path}: {error.strerror}") from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One at a time for one draft, across processes; the lock goes with its holder."""
    import fcntl

    lock = _state_path(path).with_suffix(".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"cannot lock {path.name}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
