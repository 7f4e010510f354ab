"""Use case: what a name means, a record or a commit of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.errors import AmbiguousError, NotFoundError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.finding import labelled
from lsp_server.memory.titles import printable
from lsp_server.records.labels import normalise_label
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.memory.linked_results import CommitMemory

_TITLE = 60  # characters


def shown(core: Core, ref: str, *, commit: bool) -> Record | CommitMemory:
    """See ``Memory.shown``."""
    if commit:
        return _commit(core, ref)
    try:
        record = core.find(ref)
    except AmbiguousError as error:
        if (other := _commit_beside(core, ref)) is not None:
            raise AmbiguousError(
                f"{error}; or the commit {other}: `git memory show --commit {ref}`"
            ) from None
        raise
    except NotFoundError:
        if core.index.tombstone(ref) is not None:
            raise
        if _may_be_a_commit(core, ref):
            return _commit(core, ref)
        raise NotFoundError(_neither(ref)) from None
    if (other := _commit_beside(core, ref)) is not None:
        title = printable(record.title)[:_TITLE]
        raise AmbiguousError(
            f"{ref!r} could be the record {record.label} {title!r} or the commit {other}; "
            f"say `git memory show {record.label}` or `git memory show --commit {ref}`"
        )
    return labelled(core, record)


def is_of_commit_alone(core: Core, name: str) -> bool:
    """Whether a name is no record's, not even of a deleted one, and is one of a commit."""
    try:
        core.find(name)
    except AmbiguousError:
        return False
    except NotFoundError:
        return core.index.tombstone(name) is None and _may_be_a_commit(core, name)
    return False


def _neither(ref: str) -> str:
    if normalise_label(ref) is not None:
        return f"there is no {ref!r} in this memory; `git memory list` shows what there is"
    return (
        f"{ref!r} is no record of this memory and no commit of this repository; "
        "`git memory list` shows the records, `git log --all --oneline` the commits"
    )


def _commit(core: Core, name: str) -> CommitMemory:
    from lsp_server.memory.linked import commit_memory

    return commit_memory(core, name)


def _commit_beside(core: Core, ref: str) -> str | None:
    """The commit that a record's name may mean as well, told in a few words: only a bare hex string is both,
    for a label is a label whatever else has that name."""
    from lsp_server.code.commits import find_commit, may_be_an_id, read_commits

    if not may_be_an_id(ref):
        return None
    try:
        commit = find_commit(core.repository.git, ref)
    except AmbiguousError:
        return f"{ref}…, of which there are several"
    if commit is None:
        return None
    [read] = read_commits(core.repository.git, [commit])
    return f"{commit[:10]} {printable(read.subject)[:_TITLE]!r}"


def _may_be_a_commit(core: Core, ref: str) -> bool:
    from lsp_server.code.commits import find_commit

    try:
        return find_commit(core.repository.git, ref) is not None
    except UsageError:  # it can be the name of nothing
        return False
