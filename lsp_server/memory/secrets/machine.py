"""What machines write by themselves (messages, events, transcripts) is redacted and never held up."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lsp_server.errors import RefusedError
from lsp_server.memory.secrets.escapes import in_place, unescaped, united
from lsp_server.memory.secrets.findings import Finding
from lsp_server.memory.secrets.prefilter import suspicious
from lsp_server.memory.secrets.redaction import redact

_UNREAD = "[redacted: not looked through]"
_CLOSED = str.maketrans(")]}>,&", "      ")


def redact_all(text: str, allowed: Callable[[], Collection[str]] = tuple) -> tuple[str, int]:
    """``text`` with every secret replaced by ``[redacted: <rule>]``, and how many there were. ``allowed``
    gives the fingerprints to let through; it is asked only when something was found. What stands in a text
    in the text is looked through as well.

    Never raises, and what it gives is never written unread: where the scanner is not installed, lines that
    may hold a secret are replaced whole. Any thread may call it.
    """
    try:
        findings = found_in(text, allowed)
    except (RefusedError, RuntimeError, ValueError):  # not installed, or its own complaint
        return _without_suspicious_lines(text)
    return redact(text, findings), len(findings)


def found_in(text: str, allowed: Callable[[], Collection[str]] = tuple) -> list[Finding]:
    """The secrets in a machine's text, by position. Raises what the scanner raises."""
    shown = unescaped(text)
    # The rules are made for code, where a blank or a quote ends a secret. Messages and URLs close it by more.
    closed = text.translate(_CLOSED)
    looks = [look for look in dict.fromkeys((text, closed, shown)) if suspicious(look)]
    if not looks:
        return []
    from lsp_server.memory.secrets.scanner import scan

    found: list[Finding] = []
    for look in looks:
        found += scan(look) if len(look) == len(text) else in_place(text, scan(look))
    let_through = allowed() if found else ()
    return united(text, (finding for finding in found if finding.fingerprint not in let_through))


def _without_suspicious_lines(text: str) -> tuple[str, int]:
    lines = text.split("\n")
    kept = [_UNREAD if suspicious(line) else line for line in lines]
    result, count = "\n".join(kept), sum(line is _UNREAD for line in kept)
    return (_UNREAD, 1) if suspicious(result) else (result, count)
