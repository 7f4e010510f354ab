"""What stands between a text and the branch: the secret scanner and its exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.errors import SecretError
from lsp_server.memory import secrets


class Guard(NamedTuple):
    """``allowed`` are fingerprints of findings to let through; with ``redact`` a secret is replaced instead
    of refused."""

    allowed: Sequence[str] = ()
    redact: bool = False

    def redacted(self, text: str) -> str:
        if not self.redact:
            return text
        return secrets.redact(text, secrets.check(text, self.allowed))

    def check(self, text: str) -> None:
        """Raise ``SecretError`` when the text holds a secret that was not allowed. It is never echoed."""
        findings = secrets.check(text, self.allowed)
        if findings:
            raise SecretError(secrets.message(findings))
