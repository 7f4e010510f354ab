"""``Memory``: everything the product can do, in one place. Every face calls this and nothing below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.errors import AmbiguousError, NotFoundError
from lsp_server.memory.core import Core, user_directory
from lsp_server.memory.guard import Guard
from lsp_server.records.anchors import Anchor, CodeRange
from lsp_server.records.life_cycle import next_steps
from lsp_server.records.model import Headline, Kind, Link, Problem, Record
from lsp_server.store.repository import Repository

if TYPE_CHECKING:
    from lsp_server.code.model import Located
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
    from lsp_server.store.base import Commit
    from lsp_server.store.repository import Discovery


class Memory:
    """The memory of one repository. Thread-safe; close it, or use it as a context manager.

    >>> with Memory.open(".") as memory:
    ...     memory.initialise()
    ...     memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Normalise first."})
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    # opening ---------------------------------------------------------------------------------------
    @classmethod
    def open(
        cls,
        directory: str | Path = ".",
        *,
        environment: Mapping[str, str] | None = None,
        honour_git_dir: bool = False,
    ) -> Memory:
        """Find the repository from a directory in it. Raises ``NoRepositoryError``.

        ``environment`` is the process's own unless given; ``honour_git_dir`` lets its ``GIT_DIR`` and
        ``GIT_WORK_TREE`` say where the repository is, as git's own commands do.
        """
        return cls.opening(directory, environment=environment, honour_git_dir=honour_git_dir)()

    @classmethod
    def opening(
        cls,
        directory: str | Path = ".",
        *,
        environment: Mapping[str, str] | None = None,
        honour_git_dir: bool = False,
    ) -> Opening:
        """Start looking for the repository, and return at once; call the result to have the memory.

        git searches while the caller imports what it needs.
        """
        if environment is None:
            import os

            environment = os.environ
        begun = Repository.begin(Path(directory), environment, honour_git_dir=honour_git_dir)
        return Opening(
            begun,
            user_directory(environment, "XDG_CACHE_HOME", ".cache"),
            user_directory(environment, "XDG_STATE_HOME", ".local/state"),
        )

    @classmethod
    def for_draft(cls, path: Path, *, environment: Mapping[str, str] | None = None) -> Memory | None:
        """The memory that a draft file belongs to, told from its path alone; None for any other file."""
        from lsp_server.memory import draft_place

        directory = draft_place.repository_of(Path(path))
        return None if directory is None else cls.open(directory, environment=environment)

    @property
    def root(self) -> Path | None:
        """The work tree's top, None in a bare repository."""
        return self._core.repository.work_tree

    @property
    def branch(self) -> str:
        """The name of the memory branch."""
        return self._core.repository.memory_branch

    def version(self) -> str | None:
        """The memory branch's tip, None when there is no memory. Cheap enough to poll."""
        return self._core.store.tip()

    def code_version(self) -> str | None:
        """The commit of HEAD, None when unborn. Cheap enough to poll."""
        return self._core.repository.head_commit()

    def initialise(self, branch: str | None = None) -> Initialised:
        """Make the memory branch, or adopt the remote's. Saying it twice is harmless.

        Raises ``RefusedError`` when a branch of that name is somebody's code, or others stand in its way.
        """
        from lsp_server.memory.initialising import initialise

        return initialise(self._core, branch)

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
        text: str = "",
        form: str = "",
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Write a new record.

        ``fields`` are by the kind's names (``records.fields``); ``text`` is free Markdown below them, and
        ``body`` replaces the whole body. ``at`` anchors it to lines of code. ``form`` is ``nygard`` or
        ``madr`` (default) for decisions. ``allow_secrets`` are fingerprints of findings to let through;
        ``redact`` replaces secrets instead of refusing them.

        Raises ``UsageError``, ``RefusedError``, ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory import recording

        self._core.expect_memory()
        new = recording.prepare(
            self._core,
            kind,
            title,
            fields=fields,
            status=status,
            tags=tags,
            at=at,
            links=links,
            body=body,
            text=text,
            form=form,
            guard=Guard(allow_secrets, redact),
        )
        return recording.record(self._core, new)

    def checkpoint(
        self,
        message: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodeRange] = (),
        text: str = "",
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Note where the work stands; the commit, the branch and the changed files are filled in."""
        from lsp_server.memory import checkpointing

        guard = Guard(allow_secrets, redact)
        new = checkpointing.prepare(
            self._core, message, fields=fields or {}, tags=tags, at=at, text=text, guard=guard
        )
        return checkpointing.checkpoint(self._core, new)

    def mark(self, ref: str, status: str) -> Record:
        """Give a record its next status. Raises ``RefusedError`` for an impossible step."""
        from lsp_server.memory import amending

        return amending.mark(self._core, ref, status)

    def supersede(
        self,
        ref: str,
        title: str,
        *,
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        at: Sequence[CodeRange] = (),
        text: str = "",
        form: str = "",
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> tuple[Record, Record]:
        """Record a decision that replaces ``ref``: (the old one, the new one), linked both ways, as one
        commit. The new one is accepted unless ``status`` says otherwise."""
        from lsp_server.memory import amending, recording

        self._core.expect_memory()
        new = recording.prepare(
            self._core,
            Kind.DECISION,
            title,
            fields=fields,
            status=status or "accepted",
            tags=tags,
            at=at,
            text=text,
            form=form,
            guard=Guard(allow_secrets, redact),
        )
        return amending.supersede(self._core, ref, new)

    def close_bug(
        self,
        ref: str,
        *,
        status: str = "fixed",
        fields: Mapping[str, Any] | None = None,
        learning_title: str | None = None,
        learning: Mapping[str, Any] | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> tuple[Record, Record | None]:
        """Settle a bug, set ``fields`` of it (``fix``, ``tests`` …); with ``learning_title`` write what it
        taught as a learning, linked both ways, in the same commit."""
        from lsp_server.memory import amending, recording

        self._core.expect_memory()
        guard = Guard(allow_secrets, redact)
        taught = None
        if learning_title is not None:
            taught = recording.prepare(
                self._core, Kind.LEARNING, learning_title, fields=learning, guard=guard
            )
        return amending.close_bug(
            self._core, ref, status=status, fields=fields or {}, learning=taught, guard=guard
        )

    def amend(
        self,
        ref: str,
        text: str,
        *,
        base: str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Replace a record's whole file. ``base`` is the text that the edit began from: what changed
        meanwhile is merged, and a true conflict raises ``RefusedError``."""
        from lsp_server.memory import amending

        return amending.amend(self._core, ref, text, base, Guard(allow_secrets, redact))

    def delete(self, ref: str) -> Record:
        """Take a record off the branch. History keeps it, and its number is never given again."""
        from lsp_server.memory import amending

        return amending.delete(self._core, ref)

    def import_adrs(
        self, directory: str | Path, *, dry_run: bool = False, allow_secrets: Sequence[str] = ()
    ) -> ImportReport:
        """Import a folder of ADRs, whatever their dialect, body byte for byte, as one commit."""
        from lsp_server.memory.adr_import import import_adrs

        return import_adrs(self._core, Path(directory), dry_run=dry_run, guard=Guard(allow_secrets))

    # reading ---------------------------------------------------------------------------------------
    def get(self, ref: str) -> Record:
        """By label (any zero padding, any case), alias, full id or unique prefix of the id.

        Raises ``NotFoundError`` or ``AmbiguousError``.
        """
        from lsp_server.memory import finding

        return finding.labelled(self._core, self._core.find(ref))

    def find(self, ref: str) -> Record | None:
        """As ``get``, None when it is not there or not clear: for labels met in somebody's text."""
        try:
            return self.get(ref)
        except (NotFoundError, AmbiguousError):
            return None

    def formerly(self, ref: str) -> Sequence[Record]:
        """The records that had the label ``ref`` before it was given to the one that ``get`` answers with."""
        from lsp_server.memory import finding

        return finding.formerly(self._core, ref)

    def raw(self, ref: str) -> bytes:
        """The bytes of a record's file, whatever their encoding."""
        from lsp_server.memory import finding

        return finding.raw(self._core, self._core.find(ref))

    def text(self, ref: str) -> str:
        """The whole file of a record: front matter and body. What is not UTF-8 in it is replaced."""
        from lsp_server.memory import views

        return views.text_of(self._core, self._core.find(ref))

    def list(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Record]:
        """Records, the newest first."""
        return self._core.followed().list(kind, status=status, tag=tag, since=since, until=until, limit=limit)

    def headlines(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Headline]:
        """As ``list``, with only what a list shows: for thousands of records at once."""
        return self._core.followed().headlines(
            kind, status=status, tag=tag, since=since, until=until, limit=limit
        )

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 20) -> Sequence[Hit]:
        """Records that hold the words, the best first."""
        from lsp_server.memory import finding

        return finding.search(self._core, words, kind, limit)

    def why(self, path: str, line: int | None = None) -> Sequence[Reason]:
        """What is known about a line of a file (relative to the work tree), or about the whole file."""
        from lsp_server.memory import explaining

        return explaining.why(self._core, path, line)

    def log(self, *, limit: int | None = None) -> Sequence[Commit]:
        """The commits of the memory branch, the newest first."""
        self._core.tip()
        return self._core.store.history(limit=limit)

    def diff(self, version: str) -> str:
        """What one commit of the memory branch changed, as a unified diff."""
        return self._core.store.diff(version)

    def broken_files(self) -> Sequence[BrokenFile]:
        """The files on the branch that could not be read whole."""
        from lsp_server.memory.results import BrokenFile

        return [BrokenFile(broken.path, broken.problems) for broken in self._core.followed().broken()]

    def linked_to(self, record: Record) -> Sequence[tuple[str, Record]]:
        """The records that ``record`` links to, each with the relation; those deleted are left out."""
        index = self._core.followed()
        found = [(link.relation.value, index.get(link.target)) for link in record.links]
        return [(relation, other) for relation, other in found if other is not None]

    def steps(self, record: Record) -> tuple[str, ...]:
        """The statuses that ``record`` may have next."""
        return next_steps(record.kind, record.status)

    # code ------------------------------------------------------------------------------------------
    def code_path(self, path: str | Path) -> str | None:
        """A file's path relative to the work tree with ``/``; None when it lies outside of it."""
        root = self.root
        if root is None:
            return None
        import os

        absolute = Path(path).absolute()
        # `realpath`, not `resolve`: links in a circle are no error, the path is only not followed.
        real = (Path(os.path.realpath(place)) for place in (root, absolute))
        for base, place in ((root, absolute), tuple(real)):
            if place.is_relative_to(base) and place != base:
                relative = place.relative_to(base).as_posix()
                return None if relative.split("/")[0] == ".git" else relative
        return None

    def file_memory(self, path: str, text: str | None = None) -> FileMemory:
        """What is known about a file whose current text, saved or not, is ``text`` (None: as on disk).

        Runs blame, so it can take a second; ``FileMemory.moved`` follows edits without it.
        """
        from lsp_server.memory import placing

        return placing.file_memory(self._core, path, text)

    def places(self, record: Record) -> Sequence[tuple[Anchor, Located]]:
        """Where each anchor of a record is today, and how sure that is; renamed files are found."""
        from lsp_server.memory import placing

        return placing.places(self._core, record)

    # editors ---------------------------------------------------------------------------------------
    def hover(self, record_ids: Sequence[str]) -> str:
        """Markdown for an editor's hover: ten lines at most, with a link to each record's file view."""
        from lsp_server.memory import showing, views

        index = self._core.followed()
        records = [record for one in record_ids if (record := index.get(one)) is not None]
        if not records:
            return ""
        # The link must lead somewhere: the files are made before anybody follows it.
        shown = records[: showing.RECORDS]
        uris = [views.ensure(self._core, record).as_uri() for record in shown]
        return showing.hover(self._core, records, uris)

    def draft(
        self,
        kind: Kind,
        *,
        at: Sequence[CodeRange] = (),
        title: str = "",
        fields: Mapping[str, Any] | None = None,
        status: str | None = None,
        tags: Sequence[str] = (),
        form: str = "",
        supersedes: str = "",
        in_use: Collection[Path] = (),
    ) -> Draft:
        """A pre-filled file for a new record; saved with a title, it is committed. ``supersedes`` names
        the decision that it replaces; saving then links both and marks the old one. ``in_use`` as in
        ``view``."""
        from lsp_server.memory import drafts

        return drafts.open_draft(
            self._core,
            kind,
            at=at,
            title=title,
            fields=fields,
            status=status,
            tags=tags,
            form=form,
            supersedes=supersedes,
            in_use=in_use,
        )

    def view(self, ref: str, *, in_use: Collection[Path] = ()) -> Draft:
        """The file view of a record: a real file that, saved, amends the record. It has the newest text,
        unless somebody's work is in it that is not saved, or it is one of ``in_use``: the files that an
        editor has open, which are left as they are."""
        from lsp_server.memory import views

        return views.open_view(self._core, ref, in_use)

    def save_draft(self, path: Path, *, allow_secrets: Sequence[str] = (), redact: bool = False) -> Saved:
        """Commit what a draft holds: once, whoever sees the save. Raises as ``record`` does; the draft
        itself is always kept."""
        from lsp_server.memory import drafts

        return drafts.save(self._core, Path(path), Guard(allow_secrets, redact))

    def check_draft(self, path: Path, text: str) -> Sequence[Problem]:
        """What is wrong with a draft's or a record's text, without saving it."""
        from lsp_server.memory import drafts

        return drafts.check(Path(path), text)

    def close(self) -> None:
        """End the processes and connections that were started. Safe to call twice."""
        self._core.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Opening:
    """A memory that is being opened: call it to have it."""

    def __init__(self, begun: Discovery, cache: Path | None, state: Path | None) -> None:
        self._begun = begun
        self._cache = cache
        self._state = state

    def __call__(self) -> Memory:
        return Memory(Core(self._begun.wait(), self._cache, self._state))

    def cancel(self) -> None:
        """The memory is not needed after all."""
        self._begun.cancel()
