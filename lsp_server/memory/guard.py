"""What stands between a text and the branch: only readable text gets in, and no secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.errors import SecretError, UsageError
from lsp_server.memory import secrets
from lsp_server.records.front_matter import LARGEST, split


class Guard(NamedTuple):
    """``allowed`` are fingerprints of findings to let through; with ``redact`` a secret is replaced instead
    of refused."""

    allowed: Sequence[str] = ()
    redact: bool = False

    def clean(self, text: str) -> str:
        """The text as it may be committed: every write goes through here.

        Raises ``UsageError`` where it is not text or too large to be read back, ``SecretError`` where it
        holds a secret that was neither allowed nor to be redacted; the secret is never echoed.
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            raise UsageError(f"line {line} of the text is not UTF-8; save it in that encoding") from None
        if "\0" in text:
            raise UsageError(f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} of the text has a NUL")
        if len(text) > LARGEST and len(split(text).front or "") > LARGEST:
            # Nobody, we included, could read that record back.
            raise UsageError("the front matter would be larger than a megabyte: anchor it to fewer lines")
        findings = secrets.check(text, self.allowed)
        if not findings:
            return text
        if self.redact:
            return secrets.redact(text, findings)
        raise SecretError(secrets.message(findings))
