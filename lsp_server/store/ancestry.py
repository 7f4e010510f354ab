"""How versions are related: common ancestors, and what differs between two of them, both sides told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Blob, Difference, Version
from lsp_server.store.git_process import Git
from lsp_server.store.snapshot import path_text

_NOTHING, _OLD_NOTHING = "000000", ":000000"
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


def written(git: Git, start: Version, version: Version) -> tuple[set[str], set[str]]:
    """Every object that was written, and every path that was deleted, by the commits between two versions;
    those of merges count against each of their parents."""
    arguments = [
        "log",
        "-z",
        "-m",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        "--format=",
        "--no-show-signature",
    ]
    done = git.try_run([*arguments, version, f"^{start}", "--"])
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]}")
    objects, deleted = set[str](), set[str]()
    fields = iter(path_text(done.stdout).split("\0"))
    for field in fields:
        if field.lstrip("\n").startswith(":"):
            change = _compared(field.lstrip("\n"), next(fields))
            if change.new is None:
                deleted.add(change.path)
            else:
                objects.add(change.new.object_id)
    return objects, deleted


class Deletion(NamedTuple):
    """A commit took a file away: what stood there until then."""

    version: Version
    path: str
    old: Blob


def deletions(git: Git, version: Version, without: Version) -> Sequence[Deletion]:
    """What the commits took away that ``version`` has and ``without`` has not, a later one before those that
    it comes after; merges are not looked at. One process."""
    arguments = ["log", "-z", "--topo-order", "--raw", "--no-renames", "--no-abbrev", "--diff-filter=D"]
    arguments += ["--no-merges", "--no-show-signature", "--format=%H", version, f"^{without}", "--"]
    done = git.try_run(arguments)
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]} or {without[:12]}")
    found, commit = [], ""
    fields = iter(path_text(done.stdout).split("\0"))
    for field in fields:
        about = field.lstrip("\n")
        if not about.startswith(":"):
            commit = about or commit
        elif (gone := _compared(about, next(fields))).old is not None:
            found.append(Deletion(commit, gone.path, gone.old))
    return found


def differences(git: Git, old: Version | None, new: Version) -> Sequence[Difference]:
    """Every path that differs, without renames, with what stood and what stands there."""
    if old is None:
        done = git.try_run(["ls-tree", "-r", "-z", "--full-tree", new])
        found = [_listed(line) for line in done.stdout.split(b"\0") if line]
    else:
        done = git.try_run(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new])
        fields = path_text(done.stdout).split("\0")
        found = [_compared(a, path) for a, path in zip(fields[:-1:2], fields[1::2], strict=False)]
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {(old or new)[:12]} or {new[:12]}")
    return found


def _listed(line: bytes) -> Difference:
    about, _, path = line.partition(b"\t")
    mode, _, object_id = about.decode().split(" ")
    return Difference(path_text(path), None, Blob(mode, object_id))


def _compared(about: str, path: str) -> Difference:
    """From ``:100644 000000 <id> <id> D``."""
    old_mode, new_mode, old_id, new_id, _ = about.split(" ")
    old = None if old_mode == _OLD_NOTHING else Blob(old_mode[1:], old_id)
    return Difference(path, old, None if new_mode == _NOTHING else Blob(new_mode, new_id))
