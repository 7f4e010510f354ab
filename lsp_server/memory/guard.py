"""What stands between a text and the branch: only readable text gets in, and no secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.errors import SecretError, UsageError
from lsp_server.memory import secrets


class Guard(NamedTuple):
    """``allowed`` are fingerprints of findings to let through; with ``redact`` a secret is replaced instead
    of refused."""

    allowed: Sequence[str] = ()
    redact: bool = False

    def clean(self, text: str) -> str:
        """The text as it may be committed: every write goes through here.

        Raises ``UsageError`` where it is not text, ``SecretError`` where it holds a secret that was neither
        allowed nor to be redacted; the secret is never echoed.
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            raise UsageError(f"line {line} of the text is not UTF-8; save it in that encoding") from None
        if "\0" in text:
            raise UsageError(f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} of the text has a NUL")
        findings = secrets.check(text, self.allowed)
        if not findings:
            return text
        if self.redact:
            return secrets.redact(text, findings)
        raise SecretError(secrets.message(findings))
