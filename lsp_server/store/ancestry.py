"""How versions are related: common ancestors, which contains which, how far they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Version
from lsp_server.store.git_process import Git

_MOST_KNOWN = 1000
_UNRELATED = 1  # the exit code of `merge-base` when it has no answer


def merge_bases(git: Git, one: Version, other: Version) -> Sequence[Version]:
    """The best common ancestors, sorted; none for histories that have nothing in common."""
    done = git.try_run(["merge-base", "--all", one, other])
    if done.code not in (0, _UNRELATED):
        raise NotFoundError(f"the memory has no version {one[:12]} or {other[:12]}")
    return sorted(done.stdout.decode().split())


class Related(NamedTuple):
    """How two versions are related: the commits that only the first has, those that only the second has,
    their best common ancestors, sorted, and whether any of those commits is a merge."""

    ahead: int
    behind: int
    bases: Sequence[Version]
    has_merges: bool = False


def related(git: Git, one: Version, other: Version) -> Related:
    """All of it in one process, but for histories that were merged crosswise: then in two."""
    done = git.try_run(["rev-list", "--left-right", "--parents", f"{one}...{other}", "--"])
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {one[:12]} or {other[:12]}")
    lines = [line[1:].split(" ") for line in done.stdout.decode().splitlines()]
    ahead = done.stdout.count(b"<")
    behind = len(lines) - ahead
    # Every best common ancestor is a parent of a commit that only one of them has.
    outside = {parent for _, *parents in lines for parent in parents} - {commit for commit, *_ in lines}
    if not (ahead and behind):
        bases: Sequence[Version] = [one if behind else other]
    elif len(outside) > 1:
        bases = merge_bases(git, one, other)
    else:
        bases = list(outside)
    return Related(ahead, behind, bases, any(len(line) > 2 for line in lines))


class Descent:
    """Which versions are known to contain which others: that never changes, so nobody need be asked again.
    Thread-safe: what is in it is only replaced."""

    def __init__(self) -> None:
        self._ancestors: dict[Version, tuple[Version, ...]] = {}

    def note(self, version: Version, ancestors: Iterable[Version]) -> None:
        """``version`` contains these."""
        if len(self._ancestors) > _MOST_KNOWN:
            self._ancestors = {}
        self._ancestors[version] = tuple({*self._ancestors.get(version, ()), *ancestors} - {version})

    def tells(self, version: Version, ancestor: Version) -> bool:
        """Whether ``version`` is known to contain ``ancestor``; False says nothing."""
        seen, waiting = set[Version](), [version]
        while waiting:
            one = waiting.pop()
            if one == ancestor:
                return True
            if one not in seen:
                seen.add(one)
                waiting.extend(self._ancestors.get(one, ()))
        return False


def contains(git: Git, version: Version, ancestor: Version) -> bool:
    """Whether ``ancestor`` is ``version`` or in its history."""
    if version == ancestor:
        return True
    done = git.try_run(["merge-base", "--is-ancestor", ancestor, version])
    if done.code not in (0, _UNRELATED):
        raise NotFoundError(f"the memory has no version {version[:12]} or {ancestor[:12]}")
    return done.code == 0


def count(git: Git, start: Version | None, version: Version) -> int:
    """How many commits lead to ``version`` that ``start`` does not have."""
    done = git.try_run(["rev-list", "--count", version, *([f"^{start}"] if start else []), "--"])
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]}")
    return int(done.stdout)
