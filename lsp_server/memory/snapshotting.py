"""Use cases: keep the exact work tree with a checkpoint; list what is kept; let go of what a policy names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lsp_server.code import exact_files, snapshot_refs, snapshots
from lsp_server.code.exact_files import Exact
from lsp_server.code.snapshot_refs import Held
from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError, UsageError
from lsp_server.memory.snapshot_results import NotKept, Pruned, Snapshot
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

SHORTEST = 4  # characters of an id that may stand for it


def keep_with(core: Core, record: Record, write: Callable[[], Record]) -> Record:
    """Keep the work tree under a new checkpoint's id, then have the record written. Without the record the
    snapshot goes again."""
    taken = keep_for(core, record.id)
    try:
        return write()
    except BaseException:
        snapshot_refs.let_go(core.repository, [snapshot_refs.named(core.repository, taken.name)])
        raise


def keep_for(core: Core, record_id: str) -> Snapshot:
    """Keep the work tree under a checkpoint's id. Raises ``RefusedError`` when it has a snapshot already."""
    if snapshot_refs.exists(core.repository, record_id):
        raise RefusedError(
            f"{_label(record_id)} has a snapshot already; record another checkpoint for this one"
        )
    state = snapshots.look_at(core.repository)
    branch = core.repository.head_branch()
    label = _label(record_id)
    where = f" on {branch}" if branch else ""
    subject = f"snapshot: the work tree at {label}{where}"
    return keep(
        core, record_id, state, exact=state.exact, subject=subject, trailers=[("Memory-Id", record_id)]
    )


def keep(
    core: Core,
    name: str,
    state: snapshots.State,
    *,
    exact: Exact,
    subject: str,
    trailers: Sequence[tuple[str, str]] = (),
) -> Snapshot:
    """Hold a state under a name, so that it survives a power cut."""
    repository = core.repository
    beside = exact_files.write(repository.git, exact) if exact.is_needed() else None
    when = str(round(core.now().timestamp() * 1000))
    told = [*trailers, (snapshot_refs.TIME_TRAILER, when)]
    told += [(snapshot_refs.EXACT_TRAILER, beside)] if beside else []
    message = core.templates.render(
        "commits/snapshot",
        subject=_line(subject),
        left_out=[f"{_line(one.path)}: {one.why.value}" for one in exact.left_out],
        trailers=told,
    )
    snapshot_refs.hold(repository, name, state, beside, message)
    held = snapshot_refs.named(repository, name)
    return replace(_told(held, {}), size=snapshot_refs.size_of(repository, [held]), not_kept=not_kept(exact))


def snapshots_here(core: Core, *, sizes: bool = False) -> Sequence[Snapshot]:
    """All that this clone keeps, newest first."""
    held = snapshot_refs.held(core.repository)
    records = _records(core, held)
    return [_sized(core, one, records) if sizes else _told(one, records) for one in held]


def find(core: Core, ref: str) -> tuple[Held, Snapshot]:
    """The snapshot that is meant: by its own name, or by its checkpoint's label, id or the beginning of it.

    Raises ``NotFoundError``, ``AmbiguousError``.
    """
    held = snapshot_refs.held(core.repository)
    found = _meant(core, held, ref)
    told = _sized(core, found, _records(core, [found]))
    return found, replace(told, not_kept=not_kept(snapshot_refs.exact_of(core.repository, found)))


def _meant(core: Core, held: Sequence[Held], ref: str) -> Held:
    found = _by_name(held, ref)
    if not found:
        record = _record(core, ref)
        found = [one for one in held if record is not None and one.name == record.id]
        if not found:
            raise NotFoundError(_nothing(ref, record))
    if len(found) > 1:
        names = ", ".join(_label(one.name) if not one.is_before else one.name for one in found[:5])
        raise AmbiguousError(f"{ref!r} could be {names}; give more of it")
    return found[0]


def prune(
    core: Core, *, keep_last: int, days: float, of: Collection[str], dry_run: bool, now: datetime
) -> Pruned:
    """Let go of the snapshots that no rule keeps: the last ``keep_last`` of the checkpoints and as many of
    the states before a restore, those younger than ``days``, those that ``of`` names."""
    if keep_last < 0 or days < 0:
        raise UsageError("what is kept is counted from 0")
    unfinished = _of_unfinished(core)
    held = snapshot_refs.held(core.repository)
    named = {_meant(core, held, ref).name for ref in of}
    last = {
        one.name
        for kind in (True, False)
        for one in [x for x in held if x.is_before is kind][:keep_last]
    }  # fmt: skip
    young = {one.name for one in held if now - one.created < timedelta(days=days)}
    stays = named | last | young | unfinished
    going = [one for one in held if one.name not in stays]
    freed = snapshot_refs.size_of(core.repository, going)
    records = _records(core, held)
    told = {one.name: _sized(core, one, records) for one in held}
    if not dry_run:
        snapshot_refs.let_go(core.repository, going)
    return Pruned(
        [told[one.name] for one in going],
        [told[one.name] for one in held if one.name in stays],
        freed,
    )


def not_kept(exact: Exact) -> tuple[NotKept, ...]:
    """What a snapshot does not have, for people."""
    return tuple(NotKept(one.path, one.why.value, one.size) for one in exact.left_out)


def _of_unfinished(core: Core) -> set[str]:
    from lsp_server.code.restore_journal import unfinished

    left = unfinished(core.repository)
    return {left.before, left.restoring} if left else set()


def _by_name(held: Iterable[Held], ref: str) -> list[Held]:
    wanted = ref.strip().lower()
    exactly = [one for one in held if one.name == wanted]
    if exactly:
        return exactly
    if wanted.startswith(snapshot_refs.BEFORE):
        return [one for one in held if one.is_before and one.name.startswith(wanted)]
    part = wanted.removeprefix("check-").replace("-", "")
    if len(part) < SHORTEST:
        return []
    return [one for one in held if not one.is_before and one.name.replace("-", "").startswith(part)]


def _record(core: Core, ref: str) -> Record | None:
    try:
        return core.find(ref)
    except NotFoundError:
        return None


def _records(core: Core, held: Sequence[Held]) -> dict[str, Record]:
    """The checkpoints of snapshots, those that are in this memory."""
    names = [one.name for one in held if not one.is_before]
    if not names or core.store.tip() is None:
        return {}
    index = core.followed()
    return {name: record for name in names if (record := index.get(name)) is not None}


def _told(held: Held, records: dict[str, Record]) -> Snapshot:
    record = records.get(held.name)
    label = held.name if held.is_before else record.label if record else _label(held.name)
    title = record.title if record else ""
    return Snapshot(held.name, label, title, held.commit, held.base, held.created)


def _sized(core: Core, held: Held, records: dict[str, Record]) -> Snapshot:
    return replace(_told(held, records), size=snapshot_refs.size_of(core.repository, [held]))


def _label(record_id: str) -> str:
    return format_label(Kind.CHECKPOINT, None, record_id)


def _nothing(ref: str, record: Record | None) -> str:
    if record is None:
        return f"there is no snapshot {ref!r} in this clone; `git memory restore` lists those that there are"
    where = f"; its code was at {record.code.commit[:10]}" if record.code and record.code.commit else ""
    return f"{record.label} has no snapshot in this clone (they are never sent to another){where}"


def _line(text: str) -> str:
    """One line of a commit message, whatever is in a name."""
    return "".join(c if c.isprintable() else c.encode("utf-8", "surrogateescape").hex(" ") for c in text)
