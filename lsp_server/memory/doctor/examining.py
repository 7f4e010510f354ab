"""Use case: look the whole memory over."""

from __future__ import annotations

from collections.abc import Iterator

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.doctor import (
    anchors,
    branch,
    left_overs,
    links,
    record_files,
    remotes,
    search_index,
    surroundings,
)
from lsp_server.memory.doctor.case import Case, Progress
from lsp_server.memory.doctor.model import Area, Diagnosis, Finding, warning

_SECONDS = 5.0  # for the anchors

_OF_TEXTS = (record_files.examine, links.examine, anchors.examine, search_index.examine)
_OF_MEMORY = (remotes.examine, left_overs.examine)
_ALWAYS = (surroundings.hooks, surroundings.configuration)


def examine(core: Core, *, seconds: float | None = None, progress: Progress | None = None) -> Diagnosis:
    """Every area that can be looked at. Changes nothing but the index, which follows the branch."""
    case = Case(core, seconds=_SECONDS if seconds is None else seconds, progress=progress)
    return Diagnosis(tuple(_areas(case)))


def _areas(case: Case) -> Iterator[Area]:
    case.say("looking at the branch")
    yield branch.examine(case)
    if case.memory and not case.missing:
        for examination in _OF_TEXTS:
            try:
                yield examination(case)
            except GitMemoryError as unreadable:
                name = examination.__module__.rpartition(".")[2].replace("_", " ")
                yield Area(name, "not looked at", [_not_looked_at(str(unreadable))])
    if case.memory:
        for examination in _OF_MEMORY:
            yield examination(case)
    for examination in _ALWAYS:
        yield examination(case)
    if case.memory:
        yield surroundings.environment(case)


def _not_looked_at(why: str) -> Finding:
    return warning("not-looked-at", f"This could not be looked at: {why}.", "Mend what is told above first.")
