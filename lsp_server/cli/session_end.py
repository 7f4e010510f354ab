"""``git memory session end``: a summary of the session, everywhere it belongs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import minute, print_json
from lsp_server.cli.record_options import figures, secret_options
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.sessions import SessionRef
from lsp_server.cli.terminal import visible_line
from lsp_server.records.amounts import span_text

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.working.results import Ended, Ending

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_LISTS = ("accomplished", "next_steps", "challenges", "patterns", "decisions")


def _texts(option: str, name: str, what: str, metavar: str = "TEXT") -> Callable[[Decorated], Decorated]:
    """An option that may be given again."""
    return click.option(
        option, name, multiple=True, type=Text(), metavar=metavar, help=f"{what}; may be given again."
    )


@memory_command(
    "end",
    example="""
    git memory session end "Signing in works" --accomplished "Login endpoint" \\
        --next "Refresh the token" --focus Sessions --blocker "No server" \\
        --pattern "testing: One fixture a user" --challenge "Clocks that differ"
    git memory session end -
    git memory session end
    """,
)
@click.argument("summary", required=False, type=Text())
@_texts("--accomplished", "accomplished", "Something that was done")
@_texts("--next", "next_steps", "What comes next")
@click.option("--focus", type=Text(), metavar="TEXT", help="What is worked on now.")
@_texts("--blocker", "blockers", "What is in the way")
@click.option("--no-blockers", is_flag=True, help="Nothing is in the way any more.")
@_texts(
    "--pattern",
    "patterns",
    "A pattern learned (`testing: TEXT`, `performance: TEXT`, `anti-patterns: TEXT` say where it goes)",
)
@_texts("--challenge", "challenges", "What was hard")
@_texts(
    "--decision",
    "decisions",
    "A technical decision for the project's context (`git memory decide` records one with its reasons)",
)
@_texts("--metric", "metrics", "A figure of the project", metavar="NAME=VALUE")
@click.option("--goal", type=Text(), metavar="TEXT", help="What it was for, if its start did not say.")
@click.option("--agent", type=Text(), metavar="NAME", help="Who worked, if its start did not say.")
@click.option(
    "--session", "ref", type=SessionRef(), metavar="REF", help="Another session than the one under way here."
)
@click.option("--discard", is_flag=True, help="End it without writing anything.")
@secret_options
def end(session: Session, summary: str | None, *, discard: bool, no_blockers: bool, **given: Any) -> None:
    """End a session: write what was done, where it belongs.

    One commit has the session's record, an entry of the session log and of the development log, and what the
    project's context says of recent work. What is not said is filled in from what was committed and recorded
    since the session began, or, with none under way, since the last one ended. With nothing given, an editor
    opens; SUMMARY - reads a text with headings, or JSON, from standard input."""
    if no_blockers and given["blockers"]:
        raise click.UsageError("--blocker and --no-blockers exclude each other")
    said = {name: given[name] for name in (*_LISTS, "focus", "blockers", "metrics") if given[name]}
    if no_blockers:
        said["blockers"] = ()
    if discard and (summary or said):
        raise click.UsageError("--discard writes nothing: leave out what is to be written")
    with session.memory() as memory:
        if discard:
            _discard(session, memory)
            return
        if summary == "-":
            ending = _from_stdin(session, memory, said)
        elif summary is None and not said and _is_at_a_terminal(session):
            _in_editor(session, memory, given)
            return
        else:
            ending = _ending(said, summary)
        _print(session, _end(memory, ending, given))


def _ending(said: dict[str, Any], summary: str | None) -> Ending:
    from lsp_server.memory.working.results import Ending

    values = dict(said)
    if "metrics" in values:
        values["metrics"] = figures(values["metrics"])
    return Ending(summary=summary or "", **values)


def _end(memory: Memory, ending: Ending, given: dict[str, Any]) -> Ended:
    return memory.end_session(
        ending,
        session=given["ref"],
        goal=given["goal"],
        agent=given["agent"],
        allow_secrets=given["allow_secrets"],
        redact=given["redact"],
    )


def _discard(session: Session, memory: Memory) -> None:
    if memory.discard_session():
        if session.json:
            print_json(session, {"discarded": True})
        else:
            session.say("the session is over; nothing of it was written")
        return
    from lsp_server.cli.read import nothing_found

    nothing_found(session, "no session is under way in this worktree")


def _from_stdin(session: Session, memory: Memory, said: dict[str, Any]) -> Ending:
    from lsp_server.cli.input import given_text

    if said:
        raise click.UsageError("SUMMARY - has all that there is to say: leave out the options")
    text = given_text(session, "-")
    if text is None:
        raise click.UsageError("nothing came on standard input")
    return memory.read_ending(text)


def _is_at_a_terminal(session: Session) -> bool:
    return session.out.is_terminal and not session.json and sys.stdin is not None and sys.stdin.isatty()


def _in_editor(session: Session, memory: Memory, given: dict[str, Any]) -> None:
    from lsp_server.cli.editing import edited
    from lsp_server.errors import GitMemoryError, RefusedError

    form, path = memory.ending_form(), memory.ending_form_path()
    text = edited(session, path, form)
    if not text.strip() or text == form:
        path.unlink(missing_ok=True)
        raise RefusedError("nothing is written: the text was left as it was")
    try:
        ended = _end(memory, memory.read_ending(text), given)
    except GitMemoryError as error:
        error.draft, error.text = path, None  # the file has it: it need not be printed as well
        raise
    path.unlink(missing_ok=True)
    _print(session, ended)


def _print(session: Session, ended: Ended) -> None:
    if session.json:
        from lsp_server.memory.working.plain import ended_json

        print_json(session, ended_json(ended))
        _warn(session, ended)
        return
    out = session.out
    record = ended.record
    if ended.was_written:
        session.say("it was ended already; nothing is written again")
    elif ended.was_ended:
        session.say(f"{record.label} had ended {minute(ended.ended)}: what you said is added to it")
    summary = record.fields.get("summary") or record.title
    out.flow((record.label, "bold"), (f" {record.id}", "dim"), (f" {summary}", ""), indent=4)
    took = span_text(timedelta(minutes=ended.seconds // 60)) if ended.seconds >= 60 else ""
    done = record.fields.get("achievements") or ()
    if took:
        out.flow(("  took ", "dim"), (took, ""), indent=7)
    for item in done:
        out.flow(("  done ", "dim"), (str(item), ""), indent=7)
    following = record.fields.get("next_session")
    if isinstance(following, Mapping) and following.get("goal"):
        out.flow(("  next ", "dim"), (str(following["goal"]), ""), indent=7)
    if ended.written:
        out.flow(("  in   ", "dim"), (", ".join(ended.written), "cyan"), indent=7)
    _warn(session, ended)


def _warn(session: Session, ended: Ended) -> None:
    """Tell what could not be written, and what writes it once the document is mended."""
    for why in dict.fromkeys(one.why for one in ended.left_out):
        session.say(visible_line(f"warning: {why}"))
        same = [one for one in ended.left_out if one.why == why]
        if commands := [one.command for one in same if one.command]:
            session.say("  once it is mended:")
            for command in commands:
                session.say(visible_line(f"    {command}"))
        if any(not one.command for one in same):
            session.say(f"  the entry of this session is not in it; {ended.record.label} has it")
