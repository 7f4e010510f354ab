"""The store on a git branch. See ``base.Store`` for what each method promises.

Processes: ``tip`` none, reading one long-lived ``cat-file``, ``commit`` two (``fast-import``, which runs
``unpack-objects`` itself, and ``update-ref``) and a third when commits are signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, NotInitialisedError, RefusedError, StoreError
from lsp_server.store.base import Advance, Build, ChangedPath, Commit, Difference, Version, keeps_moving
from lsp_server.store.branch_writer import BranchWriter
from lsp_server.store.cat_file import CatFile
from lsp_server.store.fast_import import blob_id, plan, require_safe_path
from lsp_server.store.refs import HEADS
from lsp_server.store.repository import SYNC_LOCK, Repository
from lsp_server.store.snapshot import FORMAT_FILE, GitSnapshot, Trees
from lsp_server.store.write_lock import Note, WriteLock

if TYPE_CHECKING:
    from lsp_server.store.ancestry import Descent, Related
    from lsp_server.store.raw_diff import Deletion

FORMAT = 1
"""The newest format of the branch that this program writes."""

_MOST_LOST_RACES = 100  # against writers who do not take our lock
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class GitStore:
    """A versioned tree of files on a branch: the one this worktree writes to, until ``on`` names another.
    Thread-safe."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._fixed_ref: str | None = None
        self._objects = CatFile(repository.git, is_partial=repository.is_partial)
        self._trees = Trees(self._objects, 32 if repository.object_format == "sha256" else 20)
        self._writer = BranchWriter(repository)
        self._descent: Descent | None = None  # made when it is first asked for: few commands do
        self._lock = WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared)

    def initialise(
        self, branch: str | None, files: Mapping[str, bytes], message: str
    ) -> tuple[bool, str | None]:
        """Make the branch with ``files``, or adopt the one a remote has: (created, adopted from).

        ``branch`` is kept in the repository's configuration (``memory.branch``) when it is not the one
        in force. Harmless when the branch is there. Raises ``UsageError`` for a name that cannot be and
        ``RefusedError`` where something else has the name or stands in its way.
        """
        from lsp_server.store.branch_setup import BranchSetup

        with self._lock.hold() as note:
            return BranchSetup(self._repository, self._writer, self).run(branch, files, message, note)

    def create(self, version: Version, why: str) -> bool:
        """Make the branch, at a version; False when it exists already."""
        with self._lock.hold() as note:
            return self._writer.move(self.ref, _version(version), None, why, note)

    def remove(self, version: Version, why: str) -> bool:
        """Take the branch away; False when it does not stand at ``version`` any more."""
        with self._lock.hold() as note:
            return self._writer.move(self.ref, "0" * len(version), _version(version), why, note)

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return self._fixed_ref or self._repository.working_ref

    @property
    def branch(self) -> str:
        """How people call it."""
        return self.ref.removeprefix(HEADS)

    def on(self, ref: str) -> GitStore:
        """The store of another branch; it shares this one's processes and lock, and ends with it."""
        from copy import copy

        other = copy(self)
        other._fixed_ref = ref
        return other

    def tip(self) -> Version | None:
        return self._repository.refs.resolve(self.ref)

    def _clear_up_after_a_sync(self) -> None:
        try:
            if not (self._repository.private_dir / SYNC_LOCK).stat().st_size:
                return
        except OSError:
            return
        from lsp_server.store.sync_lock import clear_up  # a write need not load how remotes are spoken to

        clear_up(self._repository)

    def snapshot(self) -> GitSnapshot:
        """As ``base.Store``; also ``NotInitialisedError`` when the branch of that name is no memory."""
        self._lock.clear_up()
        self._clear_up_after_a_sync()
        tip = self.tip()
        if tip is None:
            from lsp_server.store.no_branch import no_branch

            raise no_branch(self._repository, self.ref)
        found = self.at(tip)
        if not found.is_memory():
            raise NotInitialisedError(
                f"the branch '{self.branch}' holds something else (it has no {FORMAT_FILE}): "
                "choose another name with `git memory init --branch NAME`; if it is a memory that lost that "
                "file, `git memory doctor --fix` puts it back"
            )
        return found

    def at(self, version: Version) -> GitSnapshot:
        """As ``base.Store``; any commit, a memory or not."""
        return GitSnapshot(version, self._trees, self._objects, self._repository.git)

    def object_id(self, content: bytes) -> str:
        """The id that a file with these bytes has, on the branch or not."""
        return blob_id(content, self._repository.object_format)

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return self._objects.blobs(object_ids)

    def begin_reading(self) -> None:
        """Start the process that reads; the first read need not wait for it."""
        self._objects.begin()

    def commit(self, build: Build, *, meanwhile: Callable[[], None] | None = None) -> Version:
        """As ``base.Store``. ``meanwhile`` is called each time git is at work on what ``build`` gave: it has
        that long, and must not raise."""
        with self._lock.hold() as note:
            for _ in range(_MOST_LOST_RACES):
                ref = self.ref
                tip = self.snapshot()
                self._require_known_format(tip)
                self._writer.require_free(ref)
                changes = build(tip)
                if changes is None:
                    return tip.version
                if isinstance(changes, Advance):
                    if self._advance(ref, tip, changes.version, note):
                        return changes.version
                    continue
                base = tip if changes.onto is None else self.at(_version(changes.onto))
                planned = plan(changes, base, self._repository.object_format)
                if not planned and changes.onto is None:
                    return tip.version
                new = self._writer.commit(
                    ref, planned, parent=base.version, note=note, tip=tip.version, meanwhile=meanwhile
                )
                if new is not None:
                    if planned.merges:
                        self._known_descent().note(new, (base.version, *planned.merges))
                    return new
        raise keeps_moving()

    def _advance(self, ref: str, tip: GitSnapshot, version: Version, note: Note) -> bool:
        if not self.contains(version, tip.version):
            raise StoreError("the memory branch can only be moved forward to what contains it")
        self._require_known_format(self.at(version))
        return self._writer.move(ref, version, tip.version, "fast-forward", note)

    def changed(self, old: Version | None, new: Version) -> Sequence[ChangedPath]:
        known = None if old is None else _version(old)
        from lsp_server.store.raw_diff import changed_paths

        return changed_paths(self._repository.git, known, _version(new))

    def differences(self, old: Version | None, new: Version) -> Sequence[Difference]:
        from lsp_server.store.raw_diff import differences

        return differences(self._repository.git, None if old is None else _version(old), _version(new))

    def merge_bases(self, one: Version, other: Version) -> Sequence[Version]:
        from lsp_server.store.ancestry import merge_bases

        return merge_bases(self._repository.git, _version(one), _version(other))

    def related(self, one: Version, other: Version) -> Related:
        """The commits that each of two versions has alone, and their common ancestors, at once."""
        from lsp_server.store.ancestry import related
        from lsp_server.store.nearby import related_nearby

        found = None
        if not self._repository.has_other_parents:
            found = related_nearby(self._parents_if_there, _version(one), _version(other))
        if found is None:
            found = related(self._repository.git, _version(one), _version(other))
        for version in (one, other):
            self._known_descent().note(version, found.bases)
        return found

    def contains(self, version: Version, ancestor: Version) -> bool:
        from lsp_server.store.ancestry import contains

        if self._known_descent().tells(_version(version), _version(ancestor)):
            return True
        return contains(self._repository.git, version, ancestor)

    def parents(self, version: Version) -> list[Version]:
        """The parents of a version. No process of its own."""
        found = self._parents_if_there(_version(version))
        if found is None:
            raise NotFoundError(f"the memory has no version {version[:12]}")
        return found

    def _parents_if_there(self, version: Version) -> list[Version] | None:
        found = self._objects.read(version)
        if found is None or found.kind != "commit":
            return None
        header = found.data.partition(b"\n\n")[0]
        return [line[7:].decode() for line in header.split(b"\n") if line.startswith(b"parent ")]

    def count(self, start: Version | None, version: Version) -> int:
        """How many commits lead to ``version`` that ``start`` does not have."""
        from lsp_server.store.ancestry import count

        return count(self._repository.git, None if start is None else _version(start), _version(version))

    def written(self, start: Version, version: Version) -> tuple[set[str], set[str]]:
        """Every object written and every path deleted by the commits between two versions."""
        from lsp_server.store.raw_diff import written

        return written(self._repository.git, _version(start), _version(version))

    def deletions(self, version: Version, without: Version) -> Sequence[Deletion]:
        """The files deleted by the commits that ``version`` has and ``without`` has not, newest first."""
        from lsp_server.store.raw_diff import deletions

        return deletions(self._repository.git, _version(version), _version(without))

    def history(self, path: str | None = None, *, limit: int | None = None) -> Sequence[Commit]:
        if path is not None:
            require_safe_path(path)
        from lsp_server.store.log import Query, commits

        query = Query(paths=() if path is None else (path,), limit=limit)
        return list(commits(self._repository.git, self.snapshot().version, query))

    def diff(self, version: Version) -> str:
        from lsp_server.store.log import unified_diff

        return unified_diff(self._repository.git, _version(version))

    def close(self) -> None:
        self._objects.close()

    def _known_descent(self) -> Descent:
        from lsp_server.store.ancestry import Descent

        self._descent = self._descent or Descent()
        return self._descent

    def _require_known_format(self, tip: GitSnapshot) -> None:
        found = tip.format()
        if found > FORMAT:
            raise RefusedError(
                f"this memory was written by a newer Git Memory (format {found}, this one knows {FORMAT}): "
                "update Git Memory to write to it"
            )


def _version(version: Version) -> Version:
    """Never let anything but a full id reach git's argument list."""
    if not _OBJECT_ID.fullmatch(version):
        raise NotFoundError(f"the memory has no version {version[:80]!r}")
    return version
