"""``Memory``: everything the product can do, in one place. Every face calls this and nothing below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lsp_server.memory.results import (
    BrokenFile,
    Draft,
    FileMemory,
    Hit,
    ImportReport,
    Initialised,
    Reason,
    Saved,
)
from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Kind, Link, Problem, Record
from lsp_server.store.base import Commit


class Memory:
    """The memory of one repository. Thread-safe; close it, or use it as a context manager.

    >>> with Memory.open(".") as memory:
    ...     memory.initialise()
    ...     memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Normalise first."})
    """

    @classmethod
    def open(
        cls,
        directory: str | Path = ".",
        *,
        environment: Mapping[str, str] | None = None,
        honour_git_dir: bool = False,
    ) -> Memory:
        """Find the repository from a directory in it. ``honour_git_dir`` is for the command line without -C.

        Raises ``NoRepositoryError``. Starts git; a repository without a memory opens too.
        """
        raise NotImplementedError

    @classmethod
    def for_draft(cls, path: Path) -> Memory | None:
        """The memory that a draft file belongs to, told from its path alone; None for any other file."""
        raise NotImplementedError

    @property
    def root(self) -> Path | None:
        """The work tree, None in a bare repository."""
        raise NotImplementedError

    def version(self) -> str | None:
        """The memory branch's tip, None when not initialised. A few file reads: cheap enough to poll."""
        raise NotImplementedError

    def code_version(self) -> str | None:
        """The commit of HEAD. A few file reads where refs are files: cheap enough to poll."""
        raise NotImplementedError

    def initialise(self, branch: str | None = None) -> Initialised:
        raise NotImplementedError

    # writing ---------------------------------------------------------------------------------------
    def record(
        self,
        kind: Kind,
        title: str,
        *,
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodeRange] = (),
        links: Sequence[Link] = (),
        body: str | None = None,
        allow_secrets: Sequence[str] = (),
    ) -> Record:
        """Write a new record. ``fields`` by the kind's names (records.fields); ``body`` replaces the
        rendered sections. ``allow_secrets`` are fingerprints of findings to let through."""
        raise NotImplementedError

    def checkpoint(
        self,
        message: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodeRange] = (),
    ) -> Record:
        raise NotImplementedError

    def mark(self, ref: str, status: str) -> Record:
        raise NotImplementedError

    def supersede(self, ref: str, title: str, **recorded: Any) -> tuple[Record, Record]:
        """Record a decision that replaces ``ref``: (the old one, the new one), linked both ways, one commit."""
        raise NotImplementedError

    def close_bug(
        self,
        ref: str,
        *,
        status: str = "fixed",
        fields: Mapping[str, Any] | None = None,
        learning: Mapping[str, Any] | None = None,
        learning_title: str | None = None,
    ) -> tuple[Record, Record | None]:
        raise NotImplementedError

    def amend(self, ref: str, text: str, *, base: str | None = None) -> Record:
        """Replace a record's whole file text. ``base`` is the text the edit began from: what changed
        meanwhile is merged; a true conflict raises ``RefusedError`` with a draft."""
        raise NotImplementedError

    def delete(self, ref: str) -> Record:
        raise NotImplementedError

    def import_adrs(self, directory: Path, *, dry_run: bool = False) -> ImportReport:
        raise NotImplementedError

    # reading ---------------------------------------------------------------------------------------
    def get(self, ref: str) -> Record:
        """By label (any zero padding, any case), alias, full id or unique prefix. ``NotFoundError``, ``AmbiguousError``."""
        raise NotImplementedError

    def find(self, ref: str) -> Record | None:
        """As ``get``, None when it is not there or ambiguous: for labels met in somebody's text."""
        raise NotImplementedError

    def text(self, ref: str) -> str:
        raise NotImplementedError

    def list(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        raise NotImplementedError

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 20) -> list[Hit]:
        raise NotImplementedError

    def why(self, path: str, line: int | None = None) -> list[Reason]:
        raise NotImplementedError

    def log(self, *, limit: int | None = None) -> Sequence[Commit]:
        raise NotImplementedError

    def broken_files(self) -> list[BrokenFile]:
        raise NotImplementedError

    def steps(self, record: Record) -> tuple[str, ...]:
        """The statuses that ``record`` may be marked with next."""
        raise NotImplementedError

    # code ------------------------------------------------------------------------------------------
    def code_path(self, path: str | Path) -> str | None:
        """A file's path relative to the work tree with ``/``; None when it lies outside of it."""
        raise NotImplementedError

    def file_memory(self, path: str, text: str) -> FileMemory:
        """What is known about a file whose current text (saved or not) is ``text``. Runs blame: slow."""
        raise NotImplementedError

    # editors ---------------------------------------------------------------------------------------
    def hover(self, record_ids: Sequence[str]) -> str:
        """Markdown for an editor's hover: ten lines at most, one link to each record's file view."""
        raise NotImplementedError

    def draft(self, kind: Kind, *, at: CodeRange | None = None, title: str = "") -> Draft:
        raise NotImplementedError

    def view(self, ref: str) -> Draft:
        """The file view of a record: a real file that, saved, amends the record."""
        raise NotImplementedError

    def save_draft(self, path: Path) -> Saved:
        raise NotImplementedError

    def check_draft(self, path: Path, text: str) -> list[Problem]:
        """What is wrong with a draft's or a record's text, without saving it."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
