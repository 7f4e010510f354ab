"""How events are told: one JSON shape, and lines that a person scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.cli.output import print_fact, print_json, second
from lsp_server.cli.terminal import visible, visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.cli.terminal import Span, Terminal
    from lsp_server.memory.events.model import TypedMemory


def print_kept(session: Session, memory: TypedMemory) -> None:
    """Answer with one event that was kept."""
    if session.json:
        from lsp_server.memory.events.model import plain

        print_json(session, plain(memory))
        return
    session.out.flow(
        (memory.memory_type, "bold"),
        (f" {memory.id}", "dim"),
        (f" {visible_line(memory.title)}", ""),
        indent=4,
    )


def print_memories(session: Session, memories: Sequence[TypedMemory], *, whole: bool) -> None:
    """Answer with events: a line each, or all of each."""
    if session.json:
        from lsp_server.memory.events.model import plain

        print_json(session, [plain(memory) for memory in memories])
    elif whole:
        for memory in memories:
            session.out.table([_row(memory)])
            _print_rest(session.out, memory)
    else:
        session.out.table([_row(memory) for memory in memories])


def _row(memory: TypedMemory) -> list[Span]:
    owner = [(visible_line(memory.owner), "blue")] if memory.owner else [("-", "dim")]
    return [
        (second(memory.created), "dim"),
        (memory.memory_type, "bold"),
        *owner,
        (visible_line(memory.title), ""),
    ]


def _print_rest(out: Terminal, memory: TypedMemory) -> None:
    for line in visible(memory.content).splitlines():
        out.line(f"    {line}")
    if memory.tags:
        print_fact(out, "tags", [(visible_line(", ".join(memory.tags)), "cyan")])
    if memory.metadata:
        from lsp_server.memory.keyed.values_plain import value_line

        for key, value in memory.metadata.items():
            told = value if isinstance(value, str) else value_line(value)
            print_fact(out, visible_line(key), [(visible_line(told), "")])
