"""``git memory restore``: back to a snapshot, without losing what is there now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.snapshot_text import (
    MOST,
    print_not_kept,
    print_snapshots,
    snapshot_json,
)
from lsp_server.cli.terminal import visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.amounts import plural, size_text

if TYPE_CHECKING:
    from lsp_server.cli.terminal import Span
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.snapshot_results import FileStep, Restored, RestorePlan, Snapshot

STYLES = {"add": "green", "replace": "yellow", "set rights of": "yellow", "remove": "red"}
MOST_STEPS = 40  # files that are shown before a restore in place
_LOOK_FIRST = (
    "Its last commit is the snapshot, with what was not committed then, untracked files included: look at it "
    "before you push it."
)


class SnapshotName(Text):
    """What names a snapshot; completed with those that there are."""

    name = "ref"

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from lsp_server.errors import GitMemoryError

        try:
            with ctx.obj.memory() as memory:
                found = memory.snapshots()
        except GitMemoryError:
            return []
        wanted = incomplete.lower()
        return [CompletionItem(s.label, help=s.title) for s in found if s.label.lower().startswith(wanted)]


@memory_command(
    "restore",
    example="""
    git memory restore
    git memory restore CHECK-5d2f0c1e
    git memory restore CHECK-5d2f0c1e --worktree ../as-it-was
    git memory restore CHECK-5d2f0c1e --in-place
    """,
)
@click.argument("ref", required=False, type=SnapshotName())
@click.option("--branch", type=Text(), metavar="NAME", help="The branch's name, restored/LABEL unless given.")
@click.option(
    "--worktree",
    type=TypedPath(),
    metavar="DIR",
    help="Make a new worktree in DIR, on that branch.",
)
@click.option("--in-place", is_flag=True, help="Change the files of this work tree.")
@click.option("--dry-run", "-n", is_flag=True, help="With --in-place: only show what would change.")
@click.option("--yes", "-y", is_flag=True, help="With --in-place: do it without asking.")
@click.option(
    "--force",
    is_flag=True,
    help="With --in-place: although HEAD moved; and replace ignored files that are in the way.",
)
def restore(session: Session, ref: str | None, **given: Any) -> None:
    """Go back to the work tree that a checkpoint kept.

    By itself a branch is made of the snapshot, and nothing else changes. With --in-place the files of this
    work tree become what they were: what would change is shown first, the state before is kept as a snapshot
    of its own, whose name is printed, and the index, HEAD and untracked files that the snapshot does not have
    stay as they are.

    Without REF, list the snapshots of this clone. They were taken with `git memory checkpoint --snapshot`.
    """
    context = click.get_current_context()
    only_in_place = [name for name in ("dry_run", "yes", "force") if given[name]]
    if only_in_place and not given["in_place"]:
        raise click.UsageError(f"--{only_in_place[0].replace('_', '-')} goes with --in-place", context)
    if given["in_place"] and (given["branch"] or given["worktree"]):
        raise click.UsageError("--in-place makes no branch and no worktree", context)
    if ref is None and (given["in_place"] or given["branch"] or given["worktree"]):
        raise click.UsageError("Missing argument 'REF'", context)
    with session.memory() as memory:
        if ref is None:
            _list(session, memory)
        elif given["in_place"]:
            _in_place(session, memory, ref, given)
        elif given["worktree"]:
            place = session.path(given["worktree"])
            _tell_branch(session, memory.restore_to_worktree(ref, place, given["branch"]))
        else:
            _tell_branch(session, memory.restore_to_branch(ref, given["branch"]))


def _list(session: Session, memory: Memory) -> None:
    found = memory.snapshots(sizes=True)
    cut_short = memory.restore_cut_short()
    if session.json:
        print_json(session, [snapshot_json(one) for one in found])
    elif found:
        print_snapshots(session, found)
    if cut_short is not None:
        session.say(
            f"a restore was cut short here; the state before it is kept: "
            f"git memory restore {visible_line(cut_short.before)} --in-place"
        )
    if not found and not session.json:
        nothing_found(
            session, "there is no snapshot in this clone; `git memory checkpoint --snapshot` takes one"
        )


def _tell_branch(session: Session, done: Restored) -> None:
    if session.json:
        print_json(session, _restored_json(done))
        return
    out, snapshot = session.out, done.snapshot
    verb = "is" if done.created else "was there already, and is"
    told = (f" {verb} the work tree at ", "")
    out.flow(("The branch ", ""), (done.branch or "", "bold"), told, *_named(snapshot, "."), indent=2)
    if done.worktree is not None:
        out.flow((f"It is checked out in {done.worktree}.", ""), indent=2)
    out.flow((_LOOK_FIRST, "dim"))
    print_not_kept(session, snapshot.not_kept, "not in it:")


def _in_place(session: Session, memory: Memory, ref: str, given: dict[str, Any]) -> None:
    from lsp_server.errors import RefusedError

    force = given["force"]
    plan = memory.plan_restore(ref, force=force)
    if given["dry_run"]:
        if session.json:
            print_json(session, _plan_json(plan))
        else:
            _show(session, plan, "would ")
            if plan.moved is not None and not force:
                why = f" without --force: HEAD is at {plan.moved[:10]} now"
                session.out.flow(("  refused", "red"), (why, ""), indent=4)
            elif not plan.steps and not plan.in_the_way:
                _tell_nothing_to_do(session, plan.snapshot)
        return
    if not session.json:
        _show(session, plan, "")
        session.out.stream.flush()
    is_refused = plan.moved is not None and not force
    is_refused |= any(not (one.forcible and force) for one in plan.in_the_way)
    if plan.steps and not is_refused and not given["yes"]:
        if not _can_be_asked(session):
            raise RefusedError(
                "nothing was done: there is nobody to ask, so say --yes (--dry-run only shows)"
            )
        if not click.confirm(f"Change {plural(len(plan.steps), 'file')} of this work tree?", err=True):
            raise RefusedError("nothing was done")
    done = memory.restore_in_place(ref, plan=plan, force=force, tell=lambda kept: _tell_kept(session, kept))
    if session.json:
        print_json(session, _restored_json(done))
        return
    if done.before is None:
        _tell_nothing_to_do(session, done.snapshot)
        return
    changed = plural(len(done.steps), "file")
    told = (f"{changed} changed: the work tree is as it was at ", "")
    session.out.flow(told, *_named(done.snapshot, "."), indent=2)


def _tell_nothing_to_do(session: Session, snapshot: Snapshot) -> None:
    told = _named(snapshot, " already.")
    session.out.flow(("The work tree is as it was at ", ""), *told, indent=2)


def _can_be_asked(session: Session) -> bool:
    return not session.json and session.err.is_terminal and sys.stdin is not None and sys.stdin.isatty()


def _tell_kept(session: Session, kept: Snapshot) -> None:
    if session.json:
        return
    out = session.out
    about = (f", {size_text(kept.size)}; the way back:", "")
    out.flow(("The state before is kept as ", ""), (kept.label, "bold"), about)
    out.line(f"  git memory restore {kept.label} --in-place")
    out.stream.flush()  # said before anything is touched


def _show(session: Session, plan: RestorePlan, would: str) -> None:
    out = session.out
    for step in plan.steps[:MOST_STEPS]:
        note = ("  (git does not follow it)" if step.untracked else "", "dim")
        out.flow((f"  {would}{step.step}", STYLES[step.step]), (f" {step.path}", ""), note, indent=4)
    if len(plan.steps) > MOST_STEPS:
        out.line(f"  and {len(plan.steps) - MOST_STEPS} more files")
    for one in plan.in_the_way[:MOST]:
        out.flow(("  in the way", "red"), (f" {one.path}, which {one.why}", ""), indent=4)
    for path in plan.submodules[:MOST]:
        out.flow(("  not touched", "dim"), (f" {path}, a submodule at another commit", ""), indent=4)
    print_not_kept(session, plan.snapshot.not_kept, "not touched")
    if plan.staying:
        named = ", ".join(plan.staying[:3])
        more = f" and {len(plan.staying) - 3} more" if len(plan.staying) > 3 else ""
        why = f" {named}{more}: not in the snapshot, and not followed by git"
        out.flow(("  stays", "dim"), (why, ""), indent=4)


def _named(snapshot: Snapshot, end: str) -> tuple[Span, Span]:
    return (snapshot.label, "bold"), (f" {snapshot.title}".rstrip() + end, "")


def _restored_json(done: Restored) -> dict[str, Any]:
    return {
        "snapshot": snapshot_json(done.snapshot),
        "branch": done.branch,
        "worktree": done.worktree,
        "before": snapshot_json(done.before) if done.before else None,
        "changes": [_step_json(step) for step in done.steps],
        "created": done.created,
    }


def _step_json(step: FileStep) -> dict[str, Any]:
    return {"path": step.path, "step": step.step, "untracked": step.untracked}


def _plan_json(plan: RestorePlan) -> dict[str, Any]:
    return {
        "snapshot": snapshot_json(plan.snapshot),
        "changes": [_step_json(step) for step in plan.steps],
        "in_the_way": [
            {"path": one.path, "why": one.why, "forcible": one.forcible} for one in plan.in_the_way
        ],
        "staying": list(plan.staying),
        "submodules": list(plan.submodules),
        "head_moved_to": plan.moved,
    }
