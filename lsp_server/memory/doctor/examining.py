"""Use case: look the whole memory over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.doctor import (
    anchors,
    artifacts,
    branch,
    documents,
    events,
    left_overs,
    links,
    record_files,
    remotes,
    search_index,
    surroundings,
    values,
)
from lsp_server.memory.doctor.case import Case, Progress
from lsp_server.memory.doctor.model import Area, Diagnosis, Finding, warning

_SECONDS = 5.0  # for the anchors

_Examination = Callable[[Case], Area]
_OF_TEXTS: Sequence[tuple[str, _Examination]] = (
    ("records", record_files.examine),
    ("documents", documents.examine),
    ("artifacts", artifacts.examine),
    ("values", values.examine),
    ("events", events.examine),
    ("links", links.examine),
    ("anchors", anchors.examine),
    ("index", search_index.examine),
)


def examine(core: Core, *, seconds: float | None = None, progress: Progress | None = None) -> Diagnosis:
    """Every area that can be looked at. Changes nothing but the index, which follows the branch; what killed
    processes left is told and, as by every command, cleared up."""
    diagnosis = look(core, seconds=seconds, progress=progress)
    left_overs.clear_up_as_always(core)
    return diagnosis


def look(core: Core, *, seconds: float | None = None, progress: Progress | None = None) -> Diagnosis:
    """As `examine`, and nothing is cleared up."""
    case = Case(core, seconds=_SECONDS if seconds is None else seconds, progress=progress)
    return Diagnosis(tuple(_areas(case)))


def _areas(case: Case) -> Iterator[Area]:
    left = _looked_at("left-overs", left_overs.examine, case)  # before anything could clear them up
    case.say("looking at the branch")
    of_branch = _looked_at("branch", branch.examine, case)
    yield of_branch
    if case.memory and not case.missing and "named-twice" not in {one.code for one in of_branch.findings}:
        for name, examination in _OF_TEXTS:
            yield _looked_at(name, examination, case)
    if case.memory:
        yield _looked_at("remotes", remotes.examine, case)
    yield left
    yield _looked_at("hooks", surroundings.hooks, case)
    yield _looked_at("configuration", surroundings.configuration, case)
    if case.memory:
        yield _looked_at("environment", surroundings.environment, case)


def _looked_at(name: str, examination: _Examination, case: Case) -> Area:
    """The area, also where git will not tell what it is asked."""
    try:
        return examination(case)
    except GitMemoryError as unreadable:
        return Area(name, "not looked at", [_not_looked_at(str(unreadable))])


def _not_looked_at(why: str) -> Finding:
    return warning(
        "not-looked-at", f"This could not be looked at: {why}.", "Mend what is told of the branch first."
    )
