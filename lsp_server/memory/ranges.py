"""Which two versions are compared: ``A..B``, ``A...B``, one version, or what is worth looking at now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lsp_server.errors import NotFoundError, NotInitialisedError
from lsp_server.memory.core import Core
from lsp_server.store.base import Version
from lsp_server.store.log import Query, commits_with_parents
from lsp_server.store.revisions import checked, resolve


class Range(NamedTuple):
    """Two versions and what people call them. ``chosen`` is a sentence about a range that nobody named."""

    old: Version | None
    new: Version
    old_name: str
    new_name: str
    chosen: str = ""


def is_range(words: str) -> bool:
    """Whether these are two versions, not one."""
    return _outside_braces(words, "..") is not None


def parse_range(core: Core, words: str | None) -> Range:
    """The versions that ``words`` mean; None: the proposal this worktree is on, else what the remote does
    not have yet, else the last commit. Raises ``NotFoundError``, ``UsageError``."""
    if words is None:
        return _chosen(core)
    checked(words)
    # `memory@{2.days.ago}..memory`: dots inside of braces belong to a date.
    at = _outside_braces(words, "...")
    if at is not None:
        return _from_merge_base(core, words[:at], words[at + 3 :])
    at = _outside_braces(words, "..")
    old, new = (words, "") if at is None else (words[:at], words[at + 2 :])
    return Range(version(core, old), version(core, new), old or _tip_name(core), new or _tip_name(core))


def _from_merge_base(core: Core, old: str, new: str, chosen: str = "") -> Range:
    ours, theirs = version(core, old), version(core, new)
    old_name, new_name = old or _tip_name(core), new or _tip_name(core)
    bases = core.store.merge_bases(ours, theirs)
    if not bases:
        raise NotFoundError(
            f"{old_name} and {new_name} have no history in common here (in a shallow clone, fetch more); "
            f"`git memory diff {old_name}..{new_name}` compares them as they are"
        )
    return Range(bases[0], theirs, old_name, new_name, chosen)


def _chosen(core: Core) -> Range:
    repository = core.repository
    branch = repository.memory_branch
    tip = core.tip()
    if (proposal := repository.proposal) is not None:
        name = repository.proposal_ref(proposal).removeprefix("refs/heads/")
        if repository.refs.resolve(repository.memory_ref):
            return _from_merge_base(core, branch, name, f"the proposal '{proposal}' against {branch}")
    for tracking in _tracking(core):
        if theirs := repository.refs.resolve(f"refs/remotes/{tracking}"):
            if not core.store.merge_bases(theirs, tip):
                break
            return _from_merge_base(core, tracking, branch, f"what {tracking} does not have yet")
    _, parents = next(commits_with_parents(repository.git, tip, Query(limit=1)))
    return Range(parents[0] if parents else None, tip, f"{branch}~1", branch, "the last commit")


def _tracking(core: Core) -> Iterator[str]:
    """The remote branches that may hold this memory, the likeliest first."""
    branch, config = core.repository.memory_branch, core.repository.config
    remotes = config.subsections("remote")
    remote, merge = config.get(f"branch.{branch}.remote"), config.get(f"branch.{branch}.merge")
    if remote and merge:
        yield f"{remote}/{merge.removeprefix('refs/heads/')}"
    if "origin" in remotes or len(remotes) == 1:
        yield f"{'origin' if 'origin' in remotes else next(iter(remotes))}/{branch}"


def version(core: Core, name: str) -> Version:
    """The version of a memory that ``name`` means, the tip without one. Raises ``NotFoundError``."""
    if name:
        found = resolve(core.repository.git, core.repository.refs, name, core.store.tip())
        if not core.store.at(found).is_memory():
            raise NotFoundError(f"{name!r} is no version of a memory: it has no memory.yaml")
        return found
    try:
        return core.tip()
    except NotInitialisedError:
        # A forge checks a pull request out without a branch of ours: HEAD is the memory then.
        head = core.repository.head_commit()
        if head is not None and core.store.at(head).is_memory():
            return head
        raise


def _tip_name(core: Core) -> str:
    return core.store.branch if core.store.tip() else "HEAD"


def _outside_braces(words: str, dots: str) -> int | None:
    depth = 0
    for place, character in enumerate(words):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth <= 0 and words.startswith(dots, place):
            return place
    return None
