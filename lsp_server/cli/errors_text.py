"""How groups of errors are told: one JSON shape, and lines that a person scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.cli.output import minute, print_fact, print_json, second
from lsp_server.cli.terminal import visible, visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.cli.terminal import Span
    from lsp_server.memory.errors.results import ErrorGroup, Solution
    from lsp_server.memory.events.model import TypedMemory


def print_groups(session: Session, groups: Sequence[ErrorGroup], limit: int) -> None:
    """Answer with groups: a line each, and one for the best solution of it."""
    if session.json:
        from lsp_server.memory.errors.plain import group_json

        print_json(session, [group_json(group) for group in groups[:limit]])
        return
    rows: list[list[Span]] = []
    width = max(len(f"{group.count:,}") for group in groups[:limit])
    for group in groups[:limit]:
        rows.append(
            [
                (group.id, "yellow"),
                (f"{group.count:>{width},}", "bold"),
                (minute(group.last), "dim"),
                ("open" if group.open else "solved", "yellow" if group.open else "green"),
                (_title(group), ""),
            ]
        )
        if group.solutions:
            told = _helped(group.solutions[0])
            rows.append([("", ""), ("", ""), ("", ""), ("", ""), (f"  helped: {told}", "green")])
    session.out.table(rows)
    if len(groups) > limit:
        session.say(f"and {len(groups) - limit} more (see -n)")


def print_group(session: Session, group: ErrorGroup) -> None:
    """Answer with all there is to say about one."""
    if session.json:
        from lsp_server.memory.errors.plain import group_json

        print_json(session, group_json(group))
        return
    out = session.out
    out.flow((group.id, "yellow"), (f" {_title(group)}", "bold"), indent=4)
    if where := _where(group.example):
        print_fact(out, "at", [(where, "cyan")])
    times = "once" if group.count == 1 else f"{group.count:,} times"
    since = "" if group.count == 1 else f", first {second(group.first)}"
    print_fact(out, "happened", [(f"{times}, last {second(group.last)}{since}", "")])
    if group.owners:
        print_fact(out, "to", [(visible_line(", ".join(group.owners)), "blue")])
    print_fact(out, "is", [_state(group)])
    for solution in group.solutions:
        print_fact(out, "helped", [(_helped(solution), "green")])
        for line in visible(solution.content).splitlines():
            out.line(f"    {line}")
    print_fact(out, "newest", [(group.example.id, "dim")])
    for line in visible(group.example.content).splitlines():
        out.line(f"    {line}")
    _print_context(session, group.example)


def print_solution(session: Session, memory: TypedMemory) -> None:
    """Answer with a solution that was written down."""
    if session.json:
        from lsp_server.memory.events.model import plain

        print_json(session, plain(memory))
        return
    session.out.flow(("solution", "bold"), (f" {memory.id}", "dim"), (f" {memory.title}", ""), indent=4)
    solved = memory.metadata.get("solves")
    if isinstance(solved, dict):
        told = ": ".join(str(part) for part in (solved.get("type"), solved.get("message")) if part)
        print_fact(session.out, "for", [(visible_line(told), "")])


def _state(group: ErrorGroup) -> Span:
    if not group.open:
        return "solved", "green"
    why = "it has happened again since" if group.solutions else "nobody has written down what helps"
    return f"open: {why}", "yellow"


def _title(group: ErrorGroup) -> str:
    return visible_line(f"{group.type}: {group.template}" if group.template else group.type)


def _helped(solution: Solution) -> str:
    tries = solution.successes + solution.failures
    often = f" ({solution.successes} of {tries} times)" if tries else ""
    by_itself = f", applied by {solution.handler}" if solution.handler else ""
    return visible_line(f"{solution.title}{often}{by_itself}")


def _where(memory: TypedMemory) -> str:
    error = memory.metadata.get("error")
    where = error.get("where") if isinstance(error, dict) else None
    return visible_line(where) if isinstance(where, str) else ""


def _print_context(session: Session, memory: TypedMemory) -> None:
    context = memory.metadata.get("context")
    if isinstance(context, dict) and context:
        from lsp_server.memory.keyed.values_plain import value_line

        for key, value in context.items():
            told = value if isinstance(value, str) else value_line(value)
            print_fact(session.out, visible_line(key), [(visible_line(told), "")])
