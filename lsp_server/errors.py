"""The errors a user can meet. Every face turns them into one clear line; nothing else escapes.

Below every floor, so that each of them raises the same family.
"""

from __future__ import annotations

from pathlib import Path


class GitMemoryError(Exception):
    """Something a person can understand and act on: the message says what is wrong and what to do.

    When a write could not be made, ``draft`` names the file that keeps its text; where there is no such file,
    ``text`` is the text itself, for a face to print.
    """

    def __init__(self, message: str, *, draft: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.draft = draft
        self.text: str | None = None

    def __str__(self) -> str:
        if self.draft is None:
            return self.message
        return f"{self.message}; your text is kept in {self.draft}"


class UsageError(GitMemoryError):
    """What was asked for makes no sense: a bad option, a line that does not exist."""


class NotFoundError(GitMemoryError):
    """What was named is not there."""


class AmbiguousError(GitMemoryError):
    """What was named could be several things; the message names them."""


class RefusedError(GitMemoryError):
    """A rule forbids it: an impossible status, a secret in the text, a checked-out branch."""


class SecretError(RefusedError):
    """The text holds what looks like a secret. The message names the line and never the secret."""


class NoRepositoryError(GitMemoryError):
    """Not inside a git repository."""


class NotInitialisedError(GitMemoryError):
    """The repository has no memory branch yet."""


class StoreError(GitMemoryError):
    """git could not do it: read-only, disk full, a lock held by somebody else."""
