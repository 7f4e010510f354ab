"""Code actions in the checklist: on a line that tells what is due, the command of ours that does it.

A line names the command to type; the action is what an editor can do instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from lsp_server.editor import document_commands, shown_texts, working_commands
from lsp_server.editor.actions import action
from lsp_server.editor.documents import Document
from lsp_server.editor.own_files import virtual_place
from lsp_server.editor.repositories import Repository

DUE = "gitMemory.due"

_COMMAND = re.compile(r"`git memory ([^`]+)`")


def is_checklist(document: Document) -> bool:
    place = virtual_place(document.uri)
    name = place[1] if place is not None else document.path.name if document.path is not None else ""
    return name == shown_texts.CHECKLIST and document.is_own


def checklist_actions(
    document: Document, repository: Repository, where: types.Range
) -> list[types.CodeAction]:
    """For the selected lines."""
    root = repository.memory.root
    if root is None:
        return []
    found: dict[str, types.CodeAction] = {}
    for line in document.selected(where):
        for typed in _COMMAND.findall(document.content(line)):
            for one in _instead_of(typed.split(), root.as_uri()):
                found.setdefault(one.title, one)
    return list(found.values())


def _instead_of(words: list[str], uri: str) -> Iterator[types.CodeAction]:
    """What an editor does instead of a command that is typed."""
    match words:
        case ["checkpoint", *_]:
            yield action("Create a checkpoint", DUE, "gitMemory.checkpoint", uri=uri)
        case ["session", "end", *_]:
            yield action("End the session", DUE, working_commands.END, uri=uri)
        case ["learn", *_]:
            yield action("Record a learning", DUE, "gitMemory.record", kind="learning", uri=uri)
        case ["bug", *_]:
            yield action("Record a bug", DUE, "gitMemory.record", kind="bug", uri=uri)
        case ["mark", label, status, *_]:
            verb = "Accept" if status == "accepted" else f"Mark {status}:"
            yield action(f"{verb} {label}", DUE, "gitMemory.mark", ref=label, status=status, uri=uri)
        case ["close" | "show", label, *_]:
            yield action(f"Open {label}", DUE, "gitMemory.open", ref=label, uri=uri)
        case ["note" | "set", address, *_]:
            from lsp_server.records.living.documents import BY_NAME

            name = BY_NAME.get(address.partition("/")[0])
            if name is not None:
                yield action(
                    f"Open the {name.title}", DUE, document_commands.DOCUMENT, name=name.name, uri=uri
                )
        case _:
            return
