"""The calls for editors: hovers, drafts and file views."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from lsp_server.memory.guard import guard_for
from lsp_server.records.anchors import CodePlace
from lsp_server.records.model import Kind, Problem

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.results import DocumentView, Draft, Saved
    from lsp_server.memory.working.results import Checklist


class Drafting:
    """What is written and shown as files."""

    _core: Core

    def hover(
        self, record_ids: Sequence[str], *, in_use: Collection[Path] = (), stale: Collection[str] = ()
    ) -> str:
        """Markdown for an editor's hover: ten lines at most, with a link to each record's file view.
        ``in_use`` as in ``view``; of the records ``stale`` it says that their lines are gone."""
        from lsp_server.memory import showing, views

        index = self._core.followed()
        records = [record for one in record_ids if (record := index.get(one)) is not None]
        if not records:
            return ""
        # The link must lead to what is true now: the files are written before anybody follows it.
        shown = records[: showing.RECORDS]
        uris = [views.refresh(self._core, record, in_use).as_uri() for record in shown]
        return showing.hover(self._core, records, uris, stale)

    def draft(
        self,
        kind: Kind,
        *,
        at: Sequence[CodePlace] = (),
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
        from lsp_server.memory.recording import Given

        given = Given(kind, title, fields, status, tags, at, form=form)
        return drafts.open_draft(self._core, given, supersedes, in_use)

    def view(self, ref: str, *, in_use: Collection[Path] = ()) -> Draft:
        """The file view of a record: a real file that, saved, amends the record. It has the newest text,
        unless somebody's work is in it that is not saved, or it is one of ``in_use``: the files that an
        editor has open, which are left as they are."""
        from lsp_server.memory import views

        return views.open_view(self._core, ref, in_use)

    def document_view(
        self, name: str, *, person: str | None = None, in_use: Collection[Path] = ()
    ) -> DocumentView:
        """The file view of a living document, by its name (``patterns``) or its path on the branch; one that
        is not there yet begins with its template. Saved by hand, it is committed. ``person`` as in
        ``document``, ``in_use`` as in ``view``. Raises ``NotFoundError`` for a name that none has."""
        from lsp_server.memory.documents import views as document_views

        return document_views.open_view(self._core, name, person, in_use)

    def refresh_open_views(self, shown: Mapping[Path, str]) -> None:
        """Bring the file views that an editor has open to the newest text, on disk: ``shown`` is the text
        that it has of each. Files in which somebody typed, and files that are no file views, are left as
        they are."""
        from lsp_server.memory import open_views

        open_views.refresh(self._core, shown)

    def draft_session_end(self) -> Path:
        """A pre-filled file in which to say what the session under way was about; changed and saved by hand,
        it ends the session. Raises ``RefusedError`` where none is under way in this worktree."""
        from lsp_server.memory.working import ending_drafts as session_ends

        return session_ends.open_draft(self._core)

    def checklist_page(self, checklist: Checklist) -> str:
        """The checklist as a page of Markdown in which nothing acts: what is still due first."""
        from lsp_server.memory.working.checklist_page import page

        return page(self._core, checklist)

    def show_file(self, name: str, data: bytes | BinaryIO) -> Path:
        """A private read-only file that shows something; an open file is read to its end and closed. ``name``
        is a file's name, or a path on the branch where it is from there."""
        from lsp_server.memory import shown_files

        return shown_files.show(self._core, name, data)

    def save_draft(
        self,
        path: Path,
        *,
        shown: str | None = None,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Saved:
        """Commit what a draft holds: once, whoever sees the save. Raises as ``record`` does; the draft
        itself is always kept. ``shown`` is the text that the person is known to have begun from: then going
        back to an older text is meant, and no mistake of an editor that had not seen the newer one."""
        from lsp_server.memory import drafts

        return drafts.save(self._core, Path(path), guard_for(self._core, allow_secrets, redact), shown)

    def check_draft(self, path: Path, text: str) -> Sequence[Problem]:
        """What is wrong with a draft's or a record's text, without saving it."""
        from lsp_server.memory import drafts

        return drafts.check(Path(path), text)
