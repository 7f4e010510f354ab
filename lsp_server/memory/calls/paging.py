"""The calls for editors about what programs keep: values, events, errors and what helped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.errors.results import ErrorGroup
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.keyed.views import ValueView
    from lsp_server.records.model import Record
    from lsp_server.store.keyvalue.base import Item


class Paging:
    """Pages to be read, each Markdown in which nothing acts; and files in which such things are written."""

    _core: Core

    def value_view(self, key: str, *, in_use: Collection[Path] = ()) -> ValueView:
        """The file view of a keyed value: JSON that, saved, is stored. A key without a value begins with an
        empty object. ``in_use`` as in ``view``. Raises ``UsageError`` for what is no key."""
        from lsp_server.memory.keyed import views as value_views

        return value_views.open_view(self._core, key, in_use)

    def shows_value(self, path: Path) -> bool:
        """Whether a file is the file view of a value that was there when it was opened."""
        from lsp_server.memory.keyed import views as value_views

        return value_views.is_of_a_value(path)

    def values_page(self, items: Sequence[Item], prefix: str = "") -> str:
        """Values by key, one a line. ``prefix``: what their keys begin with."""
        from lsp_server.memory.pages.values import page

        return page(self._core, items, prefix)

    def events_page(self, events: Sequence[TypedMemory], asked: str) -> str:
        """Events, one a line. ``asked`` says in words which: ``in the last 24 hours``."""
        from lsp_server.memory.pages.events import page

        return page(self._core, events, asked)

    def event_page(self, event: TypedMemory) -> str:
        """All that is known of one event."""
        from lsp_server.memory.pages.events import event_page

        return event_page(self._core, event)

    def errors_page(self, groups: Sequence[ErrorGroup], asked: str) -> str:
        """Errors by what they have in common, with what helped. ``asked`` as in ``events_page``."""
        from lsp_server.memory.pages.errors import page

        return page(self._core, groups, asked)

    def due_page(self, decisions: Sequence[Record], made: Sequence[TypedMemory]) -> str:
        """Decisions whose outcome is due: people's, and those that programs ``made``."""
        from lsp_server.memory.pages.due import page

        return page(self._core, decisions, made)

    def draft_solution(self, error: str) -> Path:
        """A pre-filled file in which to say what made an error go away; saved by hand with a title, it is
        recorded. ``error`` as in ``record_solution``."""
        from lsp_server.memory.errors import solution_drafts

        return solution_drafts.open_draft(self._core, error)

    def record_solution(
        self, error: str, title: str, content: str = "", *, handler: str | None = None
    ) -> TypedMemory:
        """Write down what made an error go away, and publish it. ``error`` is the id of a group of errors or
        of an error, the label of a bug that was made of errors, or a message (``"ConnectionError: No
        answer"``). Raises ``NotFoundError``, and ``RefusedError`` where drain3 is missing."""
        from lsp_server.memory.errors import solution_drafts

        return solution_drafts.record(self._core, error, title, content, handler)
