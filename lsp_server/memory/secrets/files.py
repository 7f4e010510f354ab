"""Secrets in a file that is on the branch already, whoever wrote it: in its text, and in its name."""

from __future__ import annotations

from collections.abc import Collection

from lsp_server.memory import secrets
from lsp_server.memory.secrets.redaction import redact
from lsp_server.memory.sharing_results import FoundSecret
from lsp_server.records.front_matter import split


def secrets_in_file(path: str, data: bytes, allowed: Collection[str]) -> list[FoundSecret]:
    """What looks like a secret and is not allowed; in a path that is shown, a secret is redacted.

    Raises ``RefusedError`` where the scanner is needed and not installed.
    """
    text = data.decode("utf-8", "replace")
    parts = split(text)
    named = secrets.check(path.encode("utf-8", "replace").decode("utf-8"), allowed)
    inside = secrets.check(text, allowed, front=(parts.start, parts.end))
    shown = redact(path, named) if named else path
    return [
        *(FoundSecret(shown, 0, f.rule, f.fingerprint) for f in named),
        *(FoundSecret(shown, f.line, f.rule, f.fingerprint) for f in inside),
    ]
