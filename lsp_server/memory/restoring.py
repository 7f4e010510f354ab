"""Use case: the work tree becomes what a snapshot has.

The state before is kept first, under a name that is told before anything is touched; then only the
files that differ are changed. The index, HEAD and every ref stay as they are.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.code import restoring, snapshot_refs, snapshots
from lsp_server.code.exact_files import Exact
from lsp_server.code.git import files_in
from lsp_server.code.restore_journal import Note, clear_up, taken
from lsp_server.code.restoring import Plan
from lsp_server.code.snapshot_refs import Held
from lsp_server.code.snapshots import State
from lsp_server.code.work_tree_writer import Contents, Writer
from lsp_server.errors import GitMemoryError, RefusedError, StoreError
from lsp_server.memory import snapshotting
from lsp_server.memory.snapshot_results import FileStep, InTheWay, Restored, RestorePlan, Snapshot
from lsp_server.records.anchors import ROOT
from lsp_server.store import half_written

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

_TICK = 20_000_000  # ns; longer than the clock of any file system that counts in less than seconds


class _Prospect(NamedTuple):
    held: Held
    snapshot: Snapshot
    state: State
    plan: Plan
    token: str


def plan(core: Core, ref: str, *, force: bool) -> RestorePlan:
    """What a restore in place would do. Nothing is done."""
    return _plan_of(_look(core, ref, force=force))


def in_place(
    core: Core,
    ref: str,
    *,
    force: bool,
    expected: RestorePlan | None,
    tell: Callable[[Snapshot], None] | None,
) -> Restored:
    """Make the work tree what a snapshot has. ``tell`` is called with the kept state before, first."""
    repository = core.repository
    if repository.work_tree is None:
        raise RefusedError("a bare repository has no work tree; without --in-place a branch is made")
    with taken(repository) as note:
        found = _settled(core, ref, force=force)
        shown = _plan_of(found)
        if expected is not None and expected.state != found.token:
            raise RefusedError(
                "the work tree changed since it was looked at, so nothing was done; look again"
            )
        _refuse(repository.git_dir, shown, force=force)
        if not found.plan.changes:
            return Restored(found.snapshot)
        return _carry_out(core, found, shown, note, tell)


def _settled(core: Core, ref: str, *, force: bool) -> _Prospect:
    """As ``_look``, of files that have been as they are for a moment: two changes within one tick of the file
    system's clock look like one."""
    begun = time.time_ns()
    found = _look(core, ref, force=force)
    seen = found.state.seen.files
    if any(seen[c.path].ctime > begun - _TICK for c in found.plan.changes if c.path in seen):
        time.sleep(2 * _TICK / 1e9)
        found = _look(core, ref, force=force)
    return found


def _look(core: Core, ref: str, *, force: bool) -> _Prospect:
    repository = core.repository
    held, snapshot = snapshotting.find(core, ref)
    exact = snapshot_refs.exact_of(repository, held)
    wanted = snapshots.entries_of(repository.git, held.tree, exact)
    always = frozenset(wanted) - never_had(exact) - exact.absent
    clear_up(repository)  # a killed restore's half-made files are no part of the work tree
    also: tuple[str, ...] = ()
    while True:
        state = snapshots.look_at(repository, also=also, always=always | frozenset(also))
        situation = restoring.Situation(
            repository.work_tree or Path(),
            state,
            snapshots.entries_of(repository.git, state.tree, state.exact),
            wanted,
            exact,
            frozenset(files_in(repository.git, state.head, ROOT)) if state.head else frozenset(),
            repository.config.flag("core.ignorecase"),
        )
        found = restoring.make_plan(situation)
        in_the_way = tuple(one.path for one in found.obstacles if one.can_be_kept)
        if not force or not in_the_way or also:
            break
        also = in_the_way
    return _Prospect(held, snapshot, state, found, _token(held, state, also))


def _token(held: Held, state: State, also: tuple[str, ...]) -> str:
    """What tells this work tree, and what is to become of it, from another."""
    import hashlib

    beside = repr((sorted(state.exact.raw.items()), sorted(state.exact.modes.items()), also))
    told = f"{state.tree} {state.head} {held.commit} {beside}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


def _plan_of(found: _Prospect) -> RestorePlan:
    moved = found.state.head if found.state.head != found.held.base else None
    if found.state.head is None and found.held.base is not None:
        moved = "no commit"
    return RestorePlan(
        found.snapshot,
        tuple(FileStep(c.path, c.step.value, c.was_untracked) for c in found.plan.changes),
        tuple(InTheWay(o.path, o.why, o.can_be_kept) for o in found.plan.obstacles),
        found.plan.staying,
        found.plan.submodules,
        moved,
        found.token,
    )


def _refuse(git_dir: Path, shown: RestorePlan, *, force: bool) -> None:
    if (git_dir / "index.lock").exists():
        raise RefusedError(
            f"another git is at work in this work tree (it has {git_dir / 'index.lock'}); "
            "try again when it has ended"
        )
    if shown.moved is not None and not force:
        then = shown.snapshot.base[:10] if shown.snapshot.base else "no commit"
        raise RefusedError(
            f"HEAD moved: it is at {shown.moved[:10]}, and was at {then} when the snapshot was taken; "
            "without --in-place it becomes a branch, with --force the files are restored all the same"
        )
    stopping = [one for one in shown.in_the_way if not (one.forcible and force)]
    if stopping:
        first = stopping[0]
        more = f" (and {len(stopping) - 1} more)" if len(stopping) > 1 else ""
        how = "move it away, or --force keeps it and replaces it" if first.forcible else "move it away first"
        raise RefusedError(f"{first.path} {first.why}{more}: {how}")


def _carry_out(
    core: Core, found: _Prospect, shown: RestorePlan, note: Note, tell: Callable[[Snapshot], None] | None
) -> Restored:
    repository = core.repository
    root = repository.work_tree
    assert root is not None
    with staging(core, root) as (where, usual, folder), Contents(repository) as contents:
        writer = Writer(root, found.state.seen.files, usual)
        writer.check(found.plan.changes)
        note.say("", "", folder)
        writer.stage(found.plan.changes, contents, where)
        name = snapshot_refs.new_before_name(core.now())
        exact = replace(found.state.exact, created=found.plan.created)
        subject = f"snapshot: the work tree before {found.snapshot.label} was restored"
        before = snapshotting.keep(core, name, found.state, exact=exact, subject=subject)
        note.say(name, found.held.name, folder)
        if tell is not None:
            tell(before)
        try:
            writer.apply(found.plan.changes)
        except GitMemoryError as error:
            raise StoreError(
                f"{error.message}; it stopped there, and the state before is kept: "
                f"`git memory restore {name} --in-place`"
            ) from error
    return Restored(found.snapshot, before=before, steps=shown.steps)


@contextlib.contextmanager
def staging(core: Core, root: Path) -> Iterator[tuple[Iterator[Path], int, str | None]]:
    """Names for files on their way, on the work tree's own file system; the rights that a new file has; the
    folder in the work tree that was needed for it, mostly none."""
    private = core.repository.private_dir
    with half_written.half(private) as (owner, descriptor):
        usual = os.fstat(descriptor).st_mode & 0o777
        if os.lstat(private).st_dev == os.lstat(root).st_dev:
            yield (owner.with_name(f"{owner.name}-{n}") for n in range(1 << 62)), usual, None
            return
        import shutil

        name = f".git-memory-{os.urandom(4).hex()}"
        (root / name).mkdir(0o700)
        try:
            yield (root / name / str(n) for n in range(1 << 62)), usual, name
        finally:
            shutil.rmtree(root / name, ignore_errors=True)


def never_had(exact: Exact) -> set[str]:
    """What a snapshot left out, by name: no restore touches it."""
    return {one.path for one in exact.left_out}
