"""Secrets do not get in: text is looked through before it is committed.

``check`` is the way in. A pre-filter of a fraction of a millisecond tells whether the scanner has to be
loaded at all; on ordinary text nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Collection

from lsp_server.memory.secrets.findings import Finding
from lsp_server.memory.secrets.prefilter import suspicious
from lsp_server.memory.secrets.redaction import message, redact

__all__ = ["Finding", "check", "message", "redact", "scan", "suspicious"]


def check(text: str, allowed: Collection[str] = ()) -> list[Finding]:
    """The secrets in ``text`` that are not allowed, by position; empty when it may be written.

    ``allowed`` are fingerprints of findings that a person let through. Thread-safe. Raises
    ``RefusedError`` when the text is suspicious and the scanner is not installed.
    """
    if not suspicious(text):
        return []
    let_through = {fingerprint.strip().lower() for fingerprint in allowed}
    return [finding for finding in scan(text) if finding.fingerprint not in let_through]


def scan(text: str) -> list[Finding]:
    """As ``check``, without the pre-filter and with nothing allowed."""
    from lsp_server.memory.secrets.scanner import scan as scan_now

    return scan_now(text)
