"""``git memory secrets``: what the secret scan lets through, and what it finds on the branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import minute, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, json_option, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from lsp_server.memory.allowances import Allowed


@click.group(
    "secrets",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='\b\nExample:\n  git memory secrets allow 0a1b2c3d4e --why "The example key of the manual"\n'
    "  git memory secrets scan",
)
def secrets() -> None:
    """Say what is no secret, and look for secrets.

    A write that looks like it holds a secret is refused and names the finding's fingerprint. The allow-list
    is kept on the memory branch, so it holds for the whole team.
    """


secrets.params.append(json_option())


@memory_command(
    "allow",
    example="""
    git memory secrets allow 0a1b2c3d4e --rule github-pat \\
        --why "The example key of the manual"
    """,
)
@click.argument("fingerprint", type=Text())
@click.option("--rule", type=Text(), default="", metavar="NAME", help="The kind of secret it was taken for.")
@click.option("--why", type=Text(), default="", metavar="TEXT", help="Why it is no secret.")
def allow(session: Session, fingerprint: str, rule: str, why: str) -> None:
    """Let one finding of the secret scan through, from now on and for everybody.

    FINGERPRINT is what the refused write named. For a single write there is --allow-secret.
    """
    with session.memory() as memory:
        allowed = memory.allow_secret(fingerprint, rule=rule, why=why)
    _print(session, allowed, "may be written")


@memory_command("disallow", example="git memory secrets disallow 0a1b2c3d4e")
@click.argument("fingerprint", type=Text())
def disallow(session: Session, fingerprint: str) -> None:
    """Take an allowance back.

    What it let in stays where it is; `git memory secrets scan` names it again.
    """
    with session.memory() as memory:
        allowed = memory.disallow_secret(fingerprint)
    _print(session, allowed, "is refused from now on")


@memory_command("list", example="git memory secrets list")
def list_(session: Session) -> None:
    """List what the secret scan lets through."""
    with session.memory() as memory:
        listed = memory.allowed_secrets()
    if not listed:
        nothing_found(session, "nothing is allowed")
    if session.json:
        print_json(session, [_json(entry) for entry in listed])
        return
    session.out.table(
        [
            [
                (entry.fingerprint, "bold"),
                (entry.rule, "yellow"),
                (minute(entry.when)[:10] if entry.when else "", "dim"),
                (entry.who, "blue"),
                (entry.why, ""),
            ]
            for entry in listed
        ]
    )


@memory_command(
    "scan",
    example="""
    git memory secrets scan
    git memory secrets scan origin/memory..memory
    """,
)
@click.argument("revision", required=False, type=Text(), metavar="[REV|A..B]")
def scan(session: Session, revision: str | None) -> None:
    """Look for secrets on the memory branch, whoever wrote them.

    The whole memory at REV (its tip unless given) with the messages of its commits, or only what differs
    between A and B. Texts that came and went in between are not looked through. Exit status 1 when
    something is found, 0 when nothing is: for use in CI. A secret is named by path, line, kind and
    fingerprint, never shown; line 0 is the file's name.
    """
    with session.memory() as memory:
        found = memory.scan_secrets(revision)
    if session.json:
        print_json(session, [entry._asdict() for entry in found])
    else:
        for entry in found:
            place = session.out.style(visible_line(entry.place), "cyan")
            session.out.line(f"{place} {session.out.style(entry.rule, 'yellow')} {entry.fingerprint}")
    if found:
        if not session.json:
            session.say(
                "make what is real worthless first: change it at its service, for history keeps it; "
                "`git memory secrets allow FINGERPRINT` says what is none"
            )
        raise click.exceptions.Exit(1)
    if not session.json:
        session.say("no secrets found")


for _command in (allow, disallow, list_, scan):
    secrets.add_command(_command)


def _json(entry: Allowed) -> dict[str, Any]:
    return entry._asdict() | {"when": entry.when and entry.when.isoformat()}


def _print(session: Session, entry: Allowed, what: str) -> None:
    if session.json:
        print_json(session, _json(entry))
        return
    rule = f" ({visible_line(entry.rule)})" if entry.rule else ""
    session.out.line(f"{session.out.style(entry.fingerprint, 'bold')}{rule} {what}")
    if entry.why:
        session.out.line(f"  {visible_line(entry.why)}")
