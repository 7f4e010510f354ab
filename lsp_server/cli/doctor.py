"""``git memory doctor``: look the memory over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import Span, Terminal, fit, visible_line

if TYPE_CHECKING:
    from lsp_server.memory.doctor.model import Area, Diagnosis, Finding

_MARKS = {"ok": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "error": ("✗", "red")}
_SHOWN = 5  # findings of one code
_NAME_WIDTH = 14


@memory_command(
    "doctor",
    example="""
    git memory doctor
    git memory doctor --fix
    """,
)
@click.option("--fix", is_flag=True, help="Repair what is safe to repair, each thing as a commit of its own.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    metavar="N",
    help="How long to look for anchors in the code.",
)
def doctor(session: Session, fix: bool, seconds: float) -> None:
    """Look the memory over.

    Checks the branch, its records, links and aliases, the anchors in the code, the index, how the remotes
    were when last fetched, what killed writers left, hooks, configuration and environment. Exit status 0:
    healthy, or nothing worse than notes.
    """
    with session.memory() as memory, _progress(session) as progress:
        look = memory.repair if fix else memory.examine
        diagnosis = look(seconds=seconds, progress=progress)
    if session.json:
        print_json(session, _json(diagnosis))
    else:
        _print(session, diagnosis, fixed=fix)
    if not diagnosis.is_healthy:
        raise click.exceptions.Exit(1)


def _print(session: Session, diagnosis: Diagnosis, *, fixed: bool) -> None:
    out = session.out
    for repair in diagnosis.repairs:
        commit = f" ({repair.version[:10]})" if repair.version else ""
        out.flow(("repaired", "bold green"), (f" {repair.message}{commit}", ""), indent=2)
    for area in diagnosis.areas:
        _print_area(out, area)
    if any(finding.fixable for finding in diagnosis.findings) and not fixed:
        session.say("`git memory doctor --fix` repairs what can be repaired safely.")
    from lsp_server.cli.group import COMMANDS

    if "secrets" in COMMANDS and diagnosis.is_healthy:
        session.say("Not looked for: secrets (`git memory secrets scan`).")


def _print_area(out: Terminal, area: Area) -> None:
    order = ("error", "warning", "note")
    worst = next((s for s in order if any(f.severity.value == s for f in area.findings)), "ok")
    name = f" {area.name:<{_NAME_WIDTH}} "
    out.flow(_mark(out, worst), (name, ""), (area.summary, "dim"), indent=len(name) + 1)
    findings = sorted(area.findings, key=lambda f: (order.index(f.severity.value), f.code))
    for _, same in groupby(findings, key=lambda f: f.code):
        _print_findings(out, list(same))


def _print_findings(out: Terminal, findings: Sequence[Finding]) -> None:
    advice = ""
    for finding in findings[:_SHOWN]:
        out.flow(("    ", ""), _mark(out, finding.severity.value), (f" {finding.message}", ""), indent=6)
        if finding.advice != advice:
            out.flow((f"      {finding.advice}", "dim"), indent=6)
        advice = finding.advice
    if len(findings) > _SHOWN:
        out.line(f"    … and {len(findings) - _SHOWN} more like that (--json has all)")


def _mark(out: Terminal, severity: str) -> Span:
    sign, style = _MARKS[severity]
    try:
        sign.encode(out.stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        sign = {"ok": "+", "note": "-", "warning": "!", "error": "x"}[severity]
    return sign, style


def _json(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "healthy": diagnosis.is_healthy,
        "repairs": [repair._asdict() for repair in diagnosis.repairs],
        "areas": [
            {
                "name": area.name,
                "summary": area.summary,
                "findings": [
                    {**finding._asdict(), "severity": finding.severity.value} for finding in area.findings
                ],
            }
            for area in diagnosis.areas
        ],
    }


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[str], None] | None]:
    """On a terminal, one line that says what is being looked at, and that goes away."""
    err = session.err
    if session.json or not err.is_terminal:
        yield None
        return
    from time import monotonic

    last = monotonic()

    def say(what: str) -> None:
        nonlocal last
        if monotonic() - last > 0.2:
            last = monotonic()
            err.stream.write(f"\r\x1b[K{fit(visible_line(what), (err.width or 80) - 1)}")
            err.stream.flush()

    try:
        yield say
    finally:
        err.stream.write("\r\x1b[K")
        err.stream.flush()
