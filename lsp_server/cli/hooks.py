"""``git memory hooks``: let git itself tell the memory of commits, rewrites and pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, json_option, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.memory.hook_results import Hooks, HookStatus

PURPOSES = {
    "post-commit": "settles links to code after a commit",
    "post-rewrite": "notes what a rebase or an amendment made of which commit",
    "prepare-commit-msg": "names the checkpoint that a commit was prepared with",
    "commit-msg": "the same, for a message that comes back from the editor",
    "pre-push": "syncs the memory beside a push",
}
STYLES = {"installed": "green", "outdated": "yellow", "broken": "red", "changed": "yellow", "foreign": "dim"}
SWITCHES = (
    ("checkpoint", "memory.hooks.checkpoint", "a checkpoint after each commit"),
    ("trailer", "memory.hooks.trailer", "a commit's message names its checkpoint"),
    ("sync", "memory.sync", "a push syncs the memory, too"),
    ("notes", "memory.notes", "git log --notes=memory shows the links"),
)


@click.group(
    "hooks",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  git memory hooks install\n  git memory hooks status",
)
def hooks() -> None:
    """Let git tell the memory of commits, rewrites and pushes.

    All that the hooks do happens without them, too, at the next look; with them it happens at once. They are
    silent, they never make git fail, and they cost next to nothing where there is nothing to do. Hooks that
    are there already are called as before.
    """


hooks.params.append(json_option())


@memory_command(
    "install",
    example="""
    git memory hooks install
    git memory hooks install --here
    """,
)
@click.option(
    "--here",
    is_flag=True,
    help="Write into this clone's own hooks, beside what lefthook or pre-commit put there.",
)
def install(session: Session, here: bool) -> None:
    """Put the hooks in; those that are there stay, and are called.

    Where a project keeps its hooks in files of its own (husky, lefthook, pre-commit, a `core.hooksPath`),
    nothing is written and the lines to add are printed; exit status 1 unless they are there. Three things are
    off unless switched on: `git config memory.hooks.checkpoint true` makes a checkpoint after each
    commit, `memory.hooks.trailer` adds a Memory-Checkpoint trailer to a commit that was prepared with a
    checkpoint, and `memory.sync` syncs the memory when you push.
    """
    with session.memory() as memory:
        found, root = memory.install_hooks(here=here), memory.root
    if session.json:
        print_json(session, _json(found))
    elif found.are_ours:
        session.out.flow((f"hooks in {found.directory}", ""), indent=2)
        _table(session, found)
        _advise(session, found)
    else:
        _print_lines(session, found, root)
    if not found.hooks or not all(hook.works for hook in found.hooks):
        raise click.exceptions.Exit(1)


@memory_command("remove", example="git memory hooks remove")
def remove(session: Session) -> None:
    """Take the hooks out again.

    Hooks that were there before have their names back, byte for byte. A hook of ours that somebody has
    changed since stays where it is, and is named; exit status 1.
    """
    with session.memory() as memory:
        found = memory.remove_hooks()
    kept = [hook for hook in found.hooks if hook.state == "changed"]
    if session.json:
        print_json(session, _json(found))
    else:
        _tell_removed(session, found, others=bool(kept))
        for hook in kept:
            session.say(
                f"{visible_line(str(hook.path))} was changed since it was installed: move what you added "
                "elsewhere, then delete the file"
            )
    if kept:
        raise click.exceptions.Exit(1)


@memory_command("status", example="git memory hooks status")
def status(session: Session) -> None:
    """Tell which hooks are there, and what they are to do.

    Exit status 1 when none of them is.
    """
    with session.memory() as memory:
        found = memory.hooks()
    if session.json:
        print_json(session, _json(found))
    else:
        if found.are_ours:
            session.out.flow((f"hooks in {found.directory}", ""), indent=2)
        else:
            session.out.flow((found.because, ""), indent=2)
        _table(session, found)
        session.out.line()
        _print_switches(session, found)
        _advise(session, found)
    if not any(hook.works for hook in found.hooks):
        raise click.exceptions.Exit(1)


def _tell_removed(session: Session, found: Hooks, *, others: bool) -> None:
    out = session.out
    which = "other" if others else "all"
    if found.also_out_of is not None:
        out.flow((f"{which} hooks of Git Memory's are out of {found.also_out_of}", ""), indent=2)
    if found.are_ours:
        out.flow((f"{which} hooks of Git Memory's are out of {found.directory}", ""), indent=2)
        for hook in found.hooks:
            if hook.state == "foreign":
                out.line(f"  {hook.name} is there, as it was without us")
    else:
        elsewhere = "" if found.also_out_of is None else "where git looks for hooks, "
        out.flow((f"{elsewhere}nothing of ours was written: {found.because}", ""), indent=2)
        for hook in found.hooks:
            if hook.line is not None and hook.added:
                out.flow((f"  the line for {hook.name} is in {hook.path}", ""), indent=4)
    if found.left_in is not None:
        told = (
            f"those in {found.left_in} stay: other worktrees of this repository have their hooks from there"
        )
        out.flow((told, ""), indent=2)


for _command in (install, remove, status):
    hooks.add_command(_command)


def _table(session: Session, found: Hooks) -> None:
    rows = [[(f"  {hook.name}", "bold"), _state(hook), (_about(hook), "")] for hook in found.hooks]
    session.out.table(rows, whole=True)


def _state(hook: HookStatus) -> tuple[str, str]:
    if hook.line is not None:
        return ("called", "green") if hook.added else ("not called", "dim")
    return ("not there" if hook.state == "absent" else hook.state), STYLES.get(hook.state, "dim")


def _about(hook: HookStatus) -> str:
    if hook.state == "broken":
        return "the Git Memory that it starts is gone, so it does nothing"
    if hook.state == "outdated":
        return "of another Git Memory"
    if hook.state == "changed":
        return "changed since it was installed: left alone"
    beside = ", after the hook that was here" if hook.chained and hook.state == "installed" else ""
    return PURPOSES[hook.name] + beside


def _print_switches(session: Session, found: Hooks) -> None:
    rows = []
    for name, key, what in SWITCHES:
        on = getattr(found.settings, name)
        rows.append([(f"  {key}", "bold"), ("on" if on else "off", "green" if on else "dim"), (what, "")])
    session.out.table(rows, whole=True)


def _advise(session: Session, found: Hooks) -> None:
    """What a person can do about what is not as it should be."""
    states = {hook.state for hook in found.hooks}
    if states & {"broken", "outdated"}:
        session.say("`git memory hooks install` brings them up to date")
    for hook in found.hooks:
        if hook.state == "changed":
            session.say(f"{hook.name} was changed since it was installed, and is left alone")
        elif found.are_ours and hook.line is not None and not hook.added:
            where = visible_line(str(hook.path))
            session.say(f"{where} is somebody else's, and one from before it is kept already; add to it:")
            for line in hook.line.split("\n"):
                session.say(line)


def _print_lines(session: Session, found: Hooks, root: Path | None) -> None:
    """What to add where, file by file. ``root``: the work tree's top."""
    out = session.out
    out.flow((f"nothing was written: {found.because}", ""), indent=2)
    last, made_new = None, False
    for hook in found.hooks:
        if hook.added or hook.line is None:
            continue
        if hook.path != last:
            out.line()
            is_new = hook.path.name == hook.name and not hook.path.exists()
            out.flow((f"{'make' if is_new else 'add to'} {hook.path}", "bold"), indent=2)
            if is_new:
                out.line("#!/bin/sh")
                made_new = True
            last = hook.path
        for line in hook.line.split("\n"):
            out.line(line)  # where it has to stand: to be copied
    if made_new:
        out.line()
        is_the_projects = root is not None and found.directory.resolve().is_relative_to(root.resolve())
        team = "; commit them for the whole team" if is_the_projects else ""
        out.line(f"Files that are made have to be executable{team}.")
    there = [hook.name for hook in found.hooks if hook.added]
    if there:
        out.line()
        out.line(f"there already: {', '.join(there)}")


def _json(found: Hooks) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "directory": str(found.directory),
        "are_ours": found.are_ours,
        "because": found.because or None,
        "also_out_of": None if found.also_out_of is None else str(found.also_out_of),
        "left_in": None if found.left_in is None else str(found.left_in),
        "hooks": [asdict(hook) | {"works": hook.works, "path": str(hook.path)} for hook in found.hooks],
        "settings": asdict(found.settings),
    }
