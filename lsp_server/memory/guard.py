"""What stands between a text and the branch: only readable text gets in, and no secret."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import SecretError, UsageError
from lsp_server.memory import secrets
from lsp_server.records.front_matter import LARGEST, split

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Snapshot


class Guard(NamedTuple):
    """``allowed`` are fingerprints of findings to let through this once; with ``redact`` a secret is
    replaced instead of refused. ``listed`` gives the fingerprints that the branch allows for good; it is
    asked only when something was found."""

    allowed: Sequence[str] = ()
    redact: bool = False
    listed: Callable[[], Collection[str]] = tuple

    def clean(self, text: str, known: Sequence[str] = (), *, seen: bool = True) -> str:
        """The text as it may be committed: every write goes through here. ``known`` are ids and times in it
        that are no secret: the look at the rest is quicker. ``seen`` says whether the person has the text
        before them, so that its lines mean something to them.

        Raises ``UsageError`` where it is not text or too large to be read back, ``SecretError`` where it
        holds a secret that was neither allowed nor to be redacted; the secret is never echoed.
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            where = _place(text, error.start, seen=seen)
            raise UsageError(f"{where} is not UTF-8; save it in that encoding") from None
        if "\0" in text:
            where = _place(text, text.index("\0"), seen=seen)
            raise UsageError(f"{where} has a NUL")
        front = _front(text)
        findings = secrets.check(text, self.allowed, front=front, known=known)
        if findings:
            listed = self.listed()
            findings = [finding for finding in findings if finding.fingerprint not in listed]
        if not findings:
            return text
        from lsp_server.memory.secrets.redaction import message, redact

        if self.redact:
            return redact(text, findings, front=front)
        raise SecretError(message(findings, None if seen else text))

    def clean_name(self, path: str) -> None:
        """As ``clean``, for the name that a file gets: nothing of it can be replaced, so it is refused."""
        listed = self.listed
        for finding in secrets.check(path, self.allowed):
            if finding.fingerprint not in listed():
                raise SecretError(
                    f"the name looks like a secret ({finding.rule}): choose another, "
                    f"or --allow-secret {finding.fingerprint} lets it through"
                )


def _place(text: str, at: int, *, seen: bool) -> str:
    if seen:
        line = text.count("\n", 0, at) + 1
        return f"line {line} of the text"
    from lsp_server.memory.secrets.places import place

    return place(text, at)


def _front(text: str) -> tuple[int, int]:
    """Where the front matter stands. Raises ``UsageError`` where nobody, we included, could read it back."""
    parts = split(text)
    if parts.end - parts.start > LARGEST:
        raise UsageError(
            "the front matter would be larger than a megabyte: anchor it to the whole file, by its path "
            "alone, or to fewer lines"
        )
    return parts.start, parts.end


def guard_for(core: Core, allowed: Sequence[str] = (), redact: bool = False) -> Guard:
    """The guard of one write: what it lets through by itself, and what the branch's allow-list does."""
    if not allowed and not redact:
        return core.guard

    return Guard(allowed, redact, core.guard.listed)


def machine_text(text: str, snapshot: Snapshot) -> str:
    """What we write by ourselves, a commit message above all: its secrets are replaced, nothing is held up.

    A message tells titles and branch names that were let through once, or were there before us.
    """

    def listed() -> Collection[str]:
        from lsp_server.memory import allowances

        return allowances.allowed(snapshot)

    return secrets.redact_all(text, listed)[0]
