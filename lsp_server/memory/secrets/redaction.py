"""What is done about findings: taking the secrets out, or telling a person about them."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.memory.secrets.findings import Finding

_NAMED = 5


def redact(text: str, findings: Sequence[Finding], *, front: tuple[int, int] = (0, 0)) -> str:
    """``text`` with ``[redacted: <rule>]`` for its secrets, and ``redacted-<rule>`` in its front matter (at
    ``front``), where brackets would be a list. The findings are those of this very text."""
    pieces = []
    at = 0
    for finding in sorted(findings):
        in_front = front[0] <= finding.start < front[1]
        instead = f"redacted-{finding.rule}" if in_front else f"[redacted: {finding.rule}]"
        pieces += [text[at : finding.start], instead]
        at = finding.end
    return "".join([*pieces, text[at:]])


def message(findings: Sequence[Finding], record: str | None = None) -> str:
    """One line for a person: where, what kind, and the two ways on. Never a secret. ``record`` is the text
    that the findings are of where the person never saw it: then the place is told in words, not by a line.

    "line 3 looks like a secret (github-pat); --redact takes it out, --allow-secret 0a1b… lets it through"
    """
    by_line = sorted(findings)
    where = [f"line {f.line}" for f in by_line]
    if record is not None:
        from lsp_server.memory.secrets.places import places

        where = places(record, by_line)
    named = ", ".join(f"{at} ({f.rule})" for at, f in zip(where[:_NAMED], by_line, strict=False))
    if len(by_line) == 1:
        found, it = f"{where[0]} looks like a secret ({by_line[0].rule})", "it"
    else:
        more = f" and {len(by_line) - _NAMED} more" if len(by_line) > _NAMED else ""
        found, it = f"{len(by_line)} places look like secrets: {named}{more}", "them"
    prints = list(dict.fromkeys(f.fingerprint for f in by_line))[:_NAMED]
    allow = " ".join(f"--allow-secret {name}" for name in prints)
    return f"{found}; --redact takes {it} out, {allow} lets {it} through"
