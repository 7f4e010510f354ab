"""The page of errors, by what they have in common, with what helped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.learning.telling import block, quoted
from lsp_server.memory.pages.words import second, words
from lsp_server.records.amounts import plural

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.errors.results import ErrorGroup, Solution

MOST = 50
_LINES = 12  # of a traceback: its end tells most


def page(core: Core, groups: Sequence[ErrorGroup], asked: str) -> str:
    """Groups in the order given. ``asked`` says in words which these are: ``in the last 24 hours``."""
    is_open = sum(group.open for group in groups)
    summary = f"No errors {asked}"
    if groups:
        state = (
            "all open" if is_open == len(groups) else f"{is_open} of them open" if is_open else "all solved"
        )
        summary = f"Errors of {plural(len(groups), 'kind')} {asked}, {state}"
    return core.templates.render(
        "editor/errors.md",
        summary=summary,
        groups=[_group(group) for group in groups[:MOST]],
        more=max(0, len(groups) - MOST),
    )


def _group(group: ErrorGroup) -> dict[str, object]:
    error = group.example.metadata.get("error")
    where = error.get("where") if isinstance(error, dict) else None
    return {
        "id": group.id,
        "what": quoted(f"{group.type}: {group.template}" if group.template else group.type),
        "state": "open" if group.open else "solved",
        "times": "once" if group.count == 1 else f"{group.count:,} times",
        "last": second(group.last),
        "where": quoted(where) if isinstance(where, str) and where else "",
        "owners": ", ".join(words(owner) for owner in group.owners[:5]),
        "solutions": [_solution(one) for one in group.solutions],
        "example": block(_end(group.example.content)) if group.example.content.strip() else "",
    }


def _solution(solution: Solution) -> dict[str, str]:
    tries = solution.successes + solution.failures
    facts = [f"{solution.successes} of {tries} times"] if tries else []
    facts += [f"applied by {words(solution.handler)}"] if solution.handler else []
    return {
        "title": words(solution.title),
        "facts": ", ".join(facts),
        "content": words(solution.content, 500) if solution.content.strip() else "",
    }


def _end(content: str) -> str:
    lines = content.rstrip("\n").split("\n")
    return "\n".join(lines if len(lines) <= _LINES else ["…", *lines[-_LINES:]])
