"""Use case: why is this line so? Records in the order of how sure their connection is."""

from __future__ import annotations

from lsp_server.errors import UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.placing import file_memory
from lsp_server.memory.results import Reason
from lsp_server.records.anchors import CodeRange
from lsp_server.records.labels import LABEL_IN_TEXT
from lsp_server.records.model import Kind, Record


def why(core: Core, path: str, line: int | None) -> list[Reason]:
    """What is known about a line of a file, or about the whole file; the surest first."""
    path = core.code.resolve(path)
    known = file_memory(core, path, None)
    if line is not None and not 1 <= line <= len(known.lines):
        raise UsageError(f"{path} has {len(known.lines)} lines; there is no line {line}")
    reasons: dict[str, Reason] = {}
    for placed in known.placed:
        if line is None or placed.start <= line <= placed.end:
            span = CodeRange(path, placed.start, placed.end)
            _add(
                core,
                reasons,
                placed.record_id,
                "anchored here" if line is not None else "anchored in this file",
                span,
            )
    _named(core, reasons, path, known.lines, line)
    if line is not None:
        _same_commit(core, reasons, path, line)
        for placed in known.placed:
            span = CodeRange(path, placed.start, placed.end)
            _add(core, reasons, placed.record_id, "anchored elsewhere in this file", span)
    for record_id in known.stale:
        _add(core, reasons, record_id, "was anchored in this file; its lines are gone", None)
    return list(reasons.values())


def _add(
    core: Core, reasons: dict[str, Reason], record_id: str, evidence: str, span: CodeRange | None
) -> None:
    record = core.index.get(record_id)
    if record is not None and record_id not in reasons:
        reasons[record_id] = Reason(record, evidence, span)


def _named(
    core: Core, reasons: dict[str, Reason], path: str, lines: tuple[str, ...], line: int | None
) -> None:
    numbers = [line] if line is not None else range(1, len(lines) + 1)
    for number in numbers:
        for found in LABEL_IN_TEXT.finditer(lines[number - 1]):
            ref = found[0].removeprefix("memory:")
            ids = core.index.resolve(ref)
            if len(ids) == 1:
                span = CodeRange(path, number, number)
                _add(core, reasons, ids[0], f"named here as {found[0]}", span)


def _same_commit(core: Core, reasons: dict[str, Reason], path: str, line: int) -> None:
    """Checkpoints and decisions about no lines of their own, written at the commit that last touched it."""
    today = core.code.today(path)
    then = today.from_head.to_old(line)
    if then is None:
        return
    commit = today.births.of(then).commit
    records: list[Record] = core.index.at_commit(commit)
    for record in records:
        if record.anchors or record.kind not in (Kind.CHECKPOINT, Kind.DECISION):
            continue
        _add(
            core, reasons, record.id, f"recorded at commit {commit[:10]}, which last touched this line", None
        )
