"""Secrets do not get in: text is looked through before it is committed.

``check`` is the way in for what people write, ``redact_all`` for what machines write by themselves. A
pre-filter of a fraction of a millisecond tells whether the scanner has to be loaded at all; on ordinary text
nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.secrets.prefilter import suspicious

if TYPE_CHECKING:
    from lsp_server.memory.secrets.findings import Finding

__all__ = ["check", "redact_all", "scan", "suspicious", "suspicious_within"]


def check(
    text: str,
    allowed: Collection[str] = (),
    *,
    front: tuple[int, int] | None = None,
    known: Sequence[str] = (),
) -> list[Finding]:
    """The secrets in ``text`` that are not allowed, by position; empty when it may be written.

    ``allowed`` are fingerprints of findings that a person let through. ``front`` is where its front matter
    stands (characters): quoted strings there are looked through unescaped, and lists item by item, too.
    ``known`` are values that are no secret, which need not be looked at unless something else is suspicious.
    Thread-safe. Raises ``RefusedError`` when the text is suspicious and the scanner is not installed.
    """
    looked_at = text
    for value in known:
        looked_at = looked_at.replace(value, "")
    found = scan(text) if suspicious(looked_at) else []
    if front is not None and front[0] < front[1]:
        from lsp_server.memory.secrets.lists import check_lists

        found = _one_a_place([*found, *_in_quotes(text, *front), *check_lists(text, *front)])
    if not found:
        return []
    let_through = {fingerprint.strip().lower() for fingerprint in allowed}
    return [finding for finding in found if finding.fingerprint not in let_through]


def _in_quotes(text: str, start: int, end: int) -> list[Finding]:
    if '"' not in text[start:end] and "'" not in text[start:end]:
        return []
    from lsp_server.memory.secrets.quoted import check_quoted

    return check_quoted(text, start, end)


def scan(text: str) -> list[Finding]:
    """As ``check``, without the pre-filter and with nothing allowed."""
    from lsp_server.memory.secrets.scanner import scan as scan_now

    return scan_now(text)


def redact_all(text: str, allowed: Callable[[], Collection[str]] = tuple) -> tuple[str, int]:
    """A machine's text without its secrets, and how many were replaced; never raises. See ``machine``."""
    if not suspicious_within(text):
        return text, 0
    from lsp_server.memory.secrets.machine import redact_all as redact_now

    return redact_now(text, allowed)


def suspicious_within(text: str) -> bool:
    """As ``suspicious``, also of what stands in a text in the text, behind escapes."""
    if suspicious(text):
        return True
    if "\\" not in text:
        return False
    from lsp_server.memory.secrets.escapes import unescaped

    return suspicious(unescaped(text))


def _one_a_place(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of both looks without those that overlap an earlier one: the first look's come first."""
    kept: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept)
