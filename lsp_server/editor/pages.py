"""The pages about values, events, errors and decisions: what the names in them lead to, and what can be done
on a line of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from lsp_server.editor import event_commands, outcome_commands, shown_texts, uris, value_commands
from lsp_server.editor.actions import action
from lsp_server.editor.checklist_actions import DUE, checklist_actions, is_checklist
from lsp_server.editor.own_files import virtual_place, virtual_uri
from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.editor.documents import Document
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

WITH_LENSES = (shown_texts.CHECKLIST, shown_texts.ERRORS, shown_texts.DECISIONS_DUE, "event-*.md")
"""The pages on which every line of its kind is there for something to be done: a lens above it says what."""

_PAGES = (
    shown_texts.VALUES,
    shown_texts.EVENTS,
    shown_texts.ERRORS,
    shown_texts.DECISIONS_DUE,
    shown_texts.LEARNINGS,
)
_WHERE = re.compile(r"- at `([^`]+):(\d{1,9})(?: in [^`]*)?`")
_RESULTS = (
    ("success", "turned out well"),
    ("mixed", "turned out mixed"),
    ("failure", "did not turn out well"),
)


class Target(NamedTuple):
    """Where a name in a page leads: a document, and a 0-based line of it."""

    uri: str
    line: int = 0


def page_of(document: Document) -> str | None:
    """The name of the page that a document is; None for any other."""
    if not document.is_own:
        return None
    place = virtual_place(document.uri)
    name = place[1] if place is not None else document.path.name if document.path is not None else ""
    return name if name in _PAGES or shown_texts.event_in(name) else None


def has_actions(document: Document) -> bool:
    """Whether lines of it can have actions of their own."""
    return is_checklist(document) or page_of(document) is not None


def page_actions(document: Document, repository: Repository, where: types.Range) -> list[types.CodeAction]:
    """For the selected lines of a page, or of the checklist."""
    page, root = page_of(document), repository.memory.root
    if page is None:
        return checklist_actions(document, repository, where) if is_checklist(document) else []
    if root is None:
        return []
    found: dict[str, types.CodeAction] = {}
    for line in document.selected(where):
        for one in _actions(page, document.content(line), root.as_uri()):
            found.setdefault(one.title, one)
    return list(found.values())


def _actions(page: str, line: str, uri: str) -> Iterator[types.CodeAction]:
    from lsp_server.memory.pages import lines

    if page == shown_texts.VALUES and (key := lines.key_of(line)):
        named = lines.key_text(key)
        yield action(f"Open {named}", DUE, value_commands.VALUE, key=key, uri=uri)
        if not key.endswith("*"):  # which would be all that begins so
            yield action(f"Delete {named}", DUE, value_commands.DELETE_VALUE, key=key, uri=uri)
    elif page == shown_texts.ERRORS and (group := lines.group_of(line)):
        yield action("Record a solution", DUE, event_commands.SOLVE, error=group, uri=uri)
    elif page == shown_texts.DECISIONS_DUE and (ref := lines.decision_of(line) or lines.event_of(line)):
        for result, words in _RESULTS:
            yield action(f"{ref} {words}", DUE, outcome_commands.OUTCOME, ref=ref, result=result, uri=uri)
    elif event := lines.event_of(line):
        if not shown_texts.event_in(page):
            yield action(f"Show event {event}", DUE, event_commands.EVENT, id=event, uri=uri)
        if lines.is_error(line):
            yield action("Record a solution", DUE, event_commands.SOLVE, error=event, uri=uri)


def name_in(document: Document, line: int) -> tuple[int, int] | None:
    """The columns of the name on a line of a page that leads somewhere; what that is, is not looked up."""
    from lsp_server.memory.pages import lines

    page = page_of(document)
    if page is None or page == shown_texts.DECISIONS_DUE:
        return None
    text = document.content(line)
    if page == shown_texts.VALUES:
        is_named = lines.key_of(text) is not None
    elif page == shown_texts.ERRORS:
        is_named = _WHERE.match(text) is not None
    else:
        is_named = page == shown_texts.EVENTS and lines.event_of(text) is not None
    if not is_named:
        return None
    start = text.index("`") + 1
    return start, text.index("`", start)


async def target_of(session: Session, repository: Repository, document: Document, line: int) -> Target | None:
    """Where that name leads. None where there is nothing of the kind any more."""
    from lsp_server.memory.pages import lines

    page, text, root = page_of(document), document.content(line), repository.memory.root
    try:
        if page == shown_texts.VALUES and (key := lines.key_of(text)):
            view = partial(repository.memory.value_view, key, in_use=session.files_in_use())
            return Target(uris.from_path((await session.workers.prompt(view)).path))
        if page == shown_texts.EVENTS and (event := lines.event_of(text)):
            name = shown_texts.event_page(event)
            if session.client.shows_without_files and root is not None:
                return Target(virtual_uri(root, name))
            shown = await shown_texts.make(session, repository, name)
            path = await session.workers.prompt(repository.memory.show_file, name, shown.encode("utf-8"))
            return Target(uris.from_path(path))
    except GitMemoryError:
        return None
    place = _WHERE.match(text) if page == shown_texts.ERRORS else None
    if place is None or root is None:
        return None
    file = root / place[1]
    # An event may name any file; what is not in the work tree is not ours to open.
    is_ours = await session.workers.prompt(
        lambda: file.is_file() and file.resolve().is_relative_to(root.resolve())
    )
    return Target(uris.from_path(file), max(0, int(place[2]) - 1)) if is_ours else None
