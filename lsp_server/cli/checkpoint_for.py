"""``git memory checkpoint --for RANGE``: what was recorded while the code went from one commit to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session
from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import plural

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def for_option(decorated: Decorated) -> Decorated:
    """``--for``: its value arrives as ``range_``."""
    return click.option(
        "--for",
        "range_",
        type=Text(),
        metavar="RANGE",
        help="Record nothing; list the checkpoints and records of the commits A..B, A...B, or since A.",
    )(
        click.option("--markdown", is_flag=True, help="With --for: as Markdown, to be read elsewhere.")(
            decorated
        )
    )


def answer(session: Session, range_: str, given: Mapping[str, Any], *, markdown: bool = False) -> None:
    """List what was recorded at the commits of a range. ``given`` are the options that record something:
    with them it is not clear what is meant."""
    if markdown and session.json:
        raise click.UsageError("--markdown and --json are two answers: choose one")
    if also := sorted(name for name, value in given.items() if value):
        said = also[0].replace("_", "-")
        raise click.UsageError(f"--for lists and records nothing; leave {said!r} out")
    from lsp_server.cli.read import nothing_found
    from lsp_server.cli.reasons import MOST, print_more, print_reasons, reason_json

    with session.memory() as memory:
        found = memory.recorded_in(range_)
        some, more = found.reasons[:MOST], len(found.reasons[MOST:])
        if markdown and found.reasons:
            report = memory.reasons_report(f"Recorded in {range_}", some, more=more)
            session.out.line(report.rstrip("\n"))
            return
    said, commits = visible_line(range_), plural(found.commits, "commit")
    if not found.commits:
        nothing_found(session, _no_commit(said, since=found.since))
    if not found.reasons:
        place = f"since {said}" if found.since else f"of {said}"
        nothing_found(session, f"no checkpoint and no record was written at the {commits} {place}")
    if session.json:
        print_json(session, [reason_json(reason) for reason in found.reasons])
        return
    print_reasons(session, some)
    print_more(session, more, "a shorter range or --json")
    if session.out.is_terminal:
        session.say(session.err.style(f"{plural(len(found.reasons), 'record')} of {commits}", "dim"))


def _no_commit(said: str, *, since: bool) -> str:
    if since:
        return (
            f"no commit came after {said}; `git memory show --commit {said}` tells what was recorded at it, "
            f"OLDER..{said} asks about more"
        )
    return f"there is no commit in {said}; a range begins with the older end: OLDER..NEWER"
