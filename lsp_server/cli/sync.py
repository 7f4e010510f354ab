"""``git memory sync``: exchange the memory with a remote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.merged import print_merges, warn_of_secrets
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import fit, visible_line

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.sharing_results import Synced


@memory_command(
    "sync",
    example="""
    git memory sync
    git memory sync upstream --timeout 20
    git memory sync --status
    """,
)
@click.argument("remote", required=False, type=Text())
@click.option(
    "--timeout", type=float, metavar="SECONDS", help="Give up after SECONDS in all, 60 unless given."
)
@click.option(
    "--accept-rewrite",
    is_flag=True,
    help="Follow a remote whose history was rewritten, with what only you have on top.",
)
@click.option("--status", is_flag=True, help="Tell what waits and how the last sync went; ask nobody.")
@click.option("--background", is_flag=True, hidden=True, help="Sync what waits, quietly.")
def sync(
    session: Session,
    remote: str | None,
    *,
    timeout: float | None,
    accept_rewrite: bool,
    status: bool,
    background: bool,
) -> None:
    """Exchange the memory with a remote.

    Fetches, merges and pushes the memory's branch and the proposals, and does it again when the remote moved
    meanwhile. REMOTE is a name, a URL or a path; without it the branch's upstream, the only remote or
    `origin`. Nothing is ever forced, and nobody is asked for a password. What the remote refuses to take,
    be it one proposal, is told as an error once all else is done.

    With `git config memory.sync on` (or a remote's name) it is done by itself after each write;
    `memory.syncTimeout` is how many seconds a sync may take, where --timeout is not given.
    """
    with session.memory(name_proposal=False) as memory:
        if background:
            session.background = None  # it is us
            os.nice(10)
            memory.sync_what_waits()
        elif status:
            _print_status(session, memory, remote)
        else:
            _sync(session, memory, _named(session, memory, remote), timeout, accept_rewrite)


def _named(session: Session, memory: Memory, remote: str | None) -> str | None:
    """A path counts from where the person stands, unless it is the name of a remote."""
    if not remote or remote in memory.remotes() or "://" in remote:
        return remote
    path = session.path(remote)
    return str(path) if path.exists() else remote


def _sync(
    session: Session, memory: Memory, remote: str | None, timeout: float | None, accept_rewrite: bool
) -> None:
    from lsp_server.memory.not_pushed import NotPushedError

    failure: NotPushedError | None = None
    with _progress(session) as progress:
        try:
            done = memory.sync(remote, timeout=timeout, progress=progress, accept_rewrite=accept_rewrite)
        except NotPushedError as error:
            failure, done = error, error.synced
    if session.json:
        from lsp_server.memory.sharing_plain import synced_json

        print_json(session, synced_json(done, refused=failure.message if failure else None))
    else:
        _print_synced(session, done, quiet=failure is not None)
    if failure is not None:
        session.out.stream.flush()
        raise failure


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[str], None] | None]:
    """One line on a terminal's error stream that is written over and over, and gone at the end."""
    if not session.err.is_terminal:
        yield None
        return
    stream, longest = session.err.stream, 0

    def show(text: str) -> None:
        nonlocal longest
        line = fit(visible_line(text), (session.err.width or 80) - 1)
        stream.write("\r" + line.ljust(longest))
        stream.flush()
        longest = max(longest, len(line))

    try:
        yield show
    finally:
        if longest:
            stream.write("\r" + " " * longest + "\r")
            stream.flush()


def _print_synced(session: Session, done: Synced, *, quiet: bool = False) -> None:
    """What came, what was settled and what a person should look at; then what was sent."""
    out = session.out
    where = out.style(visible_line(done.remote), "bold")
    print_merges(session, done.merges, where)
    warn_of_secrets(session, done.secrets)
    for sentence in done.proposals:
        out.line(visible_line(_as_sentence(sentence)))
    if done.pushed:
        out.line(f"Pushed {done.pushed} {'commit' if done.pushed == 1 else 'commits'} to {where}.")
    elif not quiet and not done.merges and not done.proposals:
        out.line(f"Nothing to do: this memory and {where} are the same.")


def _as_sentence(remark: str) -> str:
    """With a capital and a full stop; what belongs to the remark before it stays below that, indented."""
    if remark.startswith(" "):
        return remark
    return remark[:1].upper() + remark[1:] + ("" if remark.endswith(".") else ".")


def _print_status(session: Session, memory: Memory, remote: str | None) -> None:
    from dataclasses import asdict

    status = memory.sync_status(remote)
    if session.json:
        print_json(session, asdict(status))
        return
    out = session.out
    if status.problem is not None:
        out.line(visible_line(_as_sentence(status.problem)))
    elif status.unpushed is None:
        out.line(f"Never synced with {visible_line(status.remote or '')}.")
    else:
        commits = "1 commit" if status.unpushed == 1 else f"{status.unpushed or 'no'} commits"
        out.line(f"{visible_line(status.remote or '')}: {commits} to push, as far as is known here.")
    if not status.in_background:
        out.line("Syncing in the background is off: `git config memory.sync on` switches it on.")
    else:
        out.line(
            f"Syncing in the background is on; {'something waits' if status.waiting else 'nothing waits'}."
        )
    if status.last_success is not None:
        out.line(f"The last sync was at {_moment(status.last_success)}.")
    if status.last_failure is not None:
        times = "" if status.failures == 1 else f" ({status.failures} times)"
        out.line(f"The last one in the background failed{times}: {visible_line(status.last_failure)}")
        if status.next_try is not None and status.in_background:
            out.line(f"It is tried again by the first command after {_moment(status.next_try)}.")


def _moment(seconds: float) -> str:
    from datetime import datetime, timezone

    from lsp_server.cli.output import minute

    return minute(datetime.fromtimestamp(seconds, timezone.utc))
