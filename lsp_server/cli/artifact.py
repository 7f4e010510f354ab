"""``git memory artifact``: files that are kept as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.artifact_output import print_done, where, write
from lsp_server.cli.output import minute, print_json
from lsp_server.cli.progress import in_bytes, told_when_slow
from lsp_server.cli.read import nothing_found
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, json_option, memory_command
from lsp_server.cli.terminal import Span, visible_line
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.amounts import size_text

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType


class ArtifactName(ParamType):
    """The path of an artifact, completed from those that there are."""

    name = "artifact"

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        session = ctx.find_object(Session)
        assert session is not None
        with session.memory() as memory:
            return [
                CompletionItem(one.name, help=f"{one.media_type}, {size_text(one.size)}")
                for one in memory.artifacts()
                if one.name.startswith(incomplete)
            ]


@click.group(
    "artifact",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  git memory artifact add login.png\n  git memory artifact list",
)
def artifact() -> None:
    """Keep files as they are: screenshots, diagrams, reports.

    They stand below artifacts/ on the memory's branch. PATH is an artifact's path there, with artifacts/ or
    without.
    """


artifact.params.append(json_option())


@memory_command(
    "add",
    example="""
    git memory artifact add login.png
    git memory artifact add build/coverage.html --folder reports/2026
    git memory artifact add demo.mov --lfs
    """,
)
@click.argument("files", nargs=-1, required=True, type=TypedPath(), metavar="FILE...")
@click.option(
    "--folder",
    type=Text(),
    metavar="NAME",
    help="Where it goes; screenshots, diagrams, reports or files unless given, by what it is.",
)
@click.option("--name", type=Text(), metavar="NAME", help="What it is called; as on the disk unless given.")
@click.option("--lfs/--no-lfs", default=None, help="Keep it with git LFS, whatever its size; or never do.")
@secret_options
def add(
    session: Session,
    *,
    files: tuple[str, ...],
    folder: str | None,
    name: str | None,
    lfs: bool | None,
    allow_secrets: tuple[str, ...],
    redact: bool,
) -> None:
    """Keep files as they are.

    A file of the same name is replaced; history keeps the old one. Above `memory.artifactLimit` (5m unless
    set) a file is refused, or kept with git LFS: where --lfs or `git config memory.artifactLfs true` says
    so. A text is scanned for secrets, as every text is.
    """
    if name is not None and len(files) > 1:
        raise click.UsageError("--name goes with one file")
    done = []
    with session.memory() as memory:
        for file in files:
            with told_when_slow(session, f"adding {visible_line(file)}") as tell:
                added = memory.add_artifact(
                    session.path(file),
                    folder=folder,
                    name=name,
                    lfs=lfs,
                    allow_secrets=allow_secrets,
                    redact=redact,
                    progress=in_bytes(tell),
                )
            done.append(added)
            if not session.json:
                print_done(session, added)
    if session.json:
        print_json(session, [one.as_json() for one in done])


@memory_command(
    "list",
    example="""
    git memory artifact list
    git memory artifact list screenshots
    """,
)
@click.argument("folder", required=False, type=ArtifactName(), metavar="[FOLDER]")
def list_(session: Session, folder: str | None) -> None:
    """List the artifacts with their types and sizes."""
    with session.memory() as memory:
        listed = memory.artifacts(folder)
    if not listed:
        nothing_found(
            session, f"there is no artifact in {visible_line(folder)}" if folder else "there is no artifact"
        )
    if session.json:
        print_json(session, [one.as_json() for one in listed])
        return
    sizes = [size_text(one.size) for one in listed]
    edge = max(map(len, sizes))
    rows: list[list[Span]] = [
        [
            (one.name, "bold"),
            (one.media_type, "cyan"),
            (size.rjust(edge), ""),
            (minute(one.added)[:10] if one.added else "", "dim"),
            (where(one), "yellow"),
        ]
        for one, size in zip(listed, sizes, strict=True)
    ]
    session.out.table(rows)


@memory_command("show", example="git memory artifact show screenshots/login.png")
@click.argument("path", type=ArtifactName(), metavar="PATH")
def show(session: Session, path: str) -> None:
    """Show an artifact's type, size and history."""
    with session.memory() as memory:
        found = memory.artifact_info(path)
        commits = memory.artifact_history(path)
    if session.json:
        from lsp_server.cli.output import commit_json

        print_json(session, {**found.as_json(), "commits": [commit_json(one) for one in commits]})
        return
    out = session.out
    out.line(out.style(visible_line(found.name), "bold"))
    facts: list[list[Span]] = [
        [("type", "dim"), (found.media_type, "cyan")],
        [
            ("size", "dim"),
            (size_text(found.size) + (f" ({found.size:,} bytes)" if found.size >= 1024 else ""), ""),
        ],
        [("on the branch", "dim"), (found.path, "")],
    ]
    if found.is_lfs:
        facts.append([("kept by", "dim"), (where(found), "yellow")])
    out.table(facts)
    for one in commits:
        out.flow(
            (f"  {minute(one.when)}", "dim"), (f"  {one.author}", "blue"), (f"  {one.subject}", ""), indent=4
        )


@memory_command(
    "get",
    example="""
    git memory artifact get screenshots/login.png -o login.png
    git memory artifact get reports/coverage.json
    """,
)
@click.argument("path", type=ArtifactName(), metavar="PATH")
@click.option(
    "--output",
    "-o",
    type=TypedPath(),
    metavar="FILE",
    help="Write it there; to standard output unless given.",
)
@click.option("--force", "-f", is_flag=True, help="Write over a file that is there.")
def get(session: Session, path: str, output: str | None, force: bool) -> None:
    """Give an artifact's bytes.

    What git LFS keeps and this clone does not have is fetched first. With --json the answer tells where it
    was written, so it needs --output.
    """
    if output is None and session.json:
        raise click.UsageError("--json goes with --output: the answer would be the file itself")
    with session.memory() as memory:
        found = memory.artifact_info(path)
        if output is None and session.out.is_terminal and not found.media_type.startswith("text/"):
            raise click.UsageError(
                f"{found.name} is {found.media_type}, which is nothing for a terminal: give a file with -o"
            )
        if output is None:
            session.out.stream.flush()
            write(memory.open_artifact(path), sys.stdout.buffer)
            return
        place = memory.save_artifact(path, session.path(output), force=force)
    if session.json:
        print_json(session, {**found.as_json(), "written": str(place)})
    else:
        session.out.flow(
            (str(place), "bold"), (f"  {found.media_type}, {size_text(found.size)}", ""), indent=4
        )


@memory_command("remove", example="git memory artifact remove screenshots/login.png")
@click.argument("path", type=ArtifactName(), metavar="PATH")
def remove(session: Session, path: str) -> None:
    """Take an artifact away; history keeps it."""
    with session.memory() as memory:
        done = memory.remove_artifact(path)
    if session.json:
        print_json(session, done.as_json())
    else:
        print_done(session, done)


for _command in (add, list_, show, get, remove):
    artifact.add_command(_command)
