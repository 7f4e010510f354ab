"""How a commit comes to be and how the branch moves to it: one ``fast-import``, one ``update-ref``."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lsp_server.errors import RefusedError, StoreError
from lsp_server.store.checked_out import worktree_that_uses
from lsp_server.store.fast_import import Plan, stream
from lsp_server.store.git_process import Finished, Git, failed, finish
from lsp_server.store.identity import split_identity
from lsp_server.store.incoming import Incoming, cannot_write
from lsp_server.store.refs import HEADS, known_ref
from lsp_server.store.repository import Repository
from lsp_server.store.write_lock import Note, remove_dead_lock

_LOCK_PATIENCE = 2.0  # seconds for another git to let go of the ref
_LOCK_POLL = 0.05
_LAST_PATIENCE = 5.0  # seconds for a git that holds a lock to be done, when we were interrupted
_LOCKED = re.compile(r"Unable to create '(.+?)': File exists")
_REFLOG_LENGTH = 200
# So many new objects get files of their own. A pack, synced once, is written quicker, but packs add up to
# slower reading: one for each batch, and for each merge that puts many files in place, is few enough.
_MOST_LOOSE = 100
_GIT_SYNCS_REFS = (2, 36)


class BranchWriter:
    """Writes commits and moves a branch by compare-and-swap, in one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def commit(
        self,
        ref: str,
        plan: Plan,
        *,
        parent: str | None,
        note: Note,
        tip: str | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> str | None:
        """Commit ``plan`` on ``parent`` and move ``ref`` from ``tip`` (``parent``, unless given) to it. The
        new commit's id; None when the branch was not there any more (the objects stay then, for ``git gc``
        to clear away). ``meanwhile`` is called once git is at work.

        Raises ``RefusedError`` (checked out, no user name) and ``StoreError``.
        """
        repository = self._repository
        author, committer = repository.author(), repository.committer()
        shared = repository.is_shared
        prepared = Incoming(repository.private_dir, repository.objects_dir, own=False, shared=shared)
        note.say(incoming=str(prepared.path))
        with prepared as incoming:
            pieces = stream(plan, parent=parent, author=author, committer=committer)
            most_loose = _MOST_LOOSE if plan.size < _MOST_LOOSE else 1
            new = self._import(incoming, incoming.write(pieces), most_loose, note, meanwhile)
            if repository.config.flag("commit.gpgsign"):
                new = self._sign(incoming, new, plan, parent, (author, committer))
            incoming.publish()
        subject = plan.message.split(b"\n", 1)[0].decode("utf-8", "replace")
        return new if self.move(ref, new, tip or parent, subject, note) else None

    def move(self, ref: str, new: str, old: str | None, why: str, note: Note) -> bool:
        """Move ``ref`` from ``old`` (None: it does not exist) to ``new``; False when it was not there.

        The ref that remembers where a branch stood (``known_tips``) moves with it. Refused while the branch
        is checked out somewhere.
        """
        deadline = time.monotonic() + _LOCK_PATIENCE
        while True:
            begun = time.time()
            done = self._update_ref(ref, new, old, why, note)
            if done.code < 0:  # killed, by the system perhaps
                for lock in self._locks_of(ref):
                    remove_dead_lock(lock, new, begun)
            if done.code == 0 or (done.code < 0 and self._has_come_to(ref, new)):
                self._sync(ref)
                return True
            if self._repository.refs.resolve(ref) != old:
                return False
            locked = _LOCKED.search(done.stderr)
            if locked is None:
                raise _refused_by_hook(done) or failed("update-ref", done)
            if time.monotonic() > deadline:
                name = ref.removeprefix(HEADS)
                raise StoreError(f"the branch '{name}' is locked by another git: {locked.group(1)} exists")
            time.sleep(_LOCK_POLL)

    def _has_come_to(self, ref: str, new: str) -> bool:
        """Whether the branch came to ``new`` all the same: git had moved it when it was killed."""
        now = self._repository.refs.resolve(ref)
        if now is None:
            return not new.strip("0")  # it was to be removed
        if now == new:
            return True
        done = self._repository.git.try_run(["merge-base", "--is-ancestor", new, now])
        return done.code == 0

    def require_free(self, ref: str) -> None:
        """Raise ``RefusedError`` while the branch is checked out in some worktree."""
        place = worktree_that_uses(self._repository, ref)
        if place is None:
            return
        branch = ref.removeprefix(HEADS)
        if not place.is_dir():
            raise RefusedError(
                f"the branch '{branch}' is checked out in {place}, which is gone: "
                "`git worktree prune` forgets that worktree"
            )
        raise RefusedError(
            f"the branch '{branch}' is checked out in {place}, whose next commit would undo what is "
            "written now: switch that worktree to another branch first"
        )

    def _import(
        self,
        incoming: Incoming,
        stream_file: Path,
        most_loose: int,
        note: Note,
        meanwhile: Callable[[], None] | None,
    ) -> str:
        git = incoming.git(self._repository.git)
        arguments = ["-c", f"fastimport.unpackLimit={most_loose}", "fast-import", "--quiet", "--done"]
        if most_loose > 1:  # git unpacks what it packed: to pack it well would be for nothing
            arguments[:0] = ["-c", "pack.compression=1"]
        # From a file, not a pipe: when we are killed, git still sees a whole stream and ends by itself.
        with stream_file.open("rb") as stdin:
            process = git.start(arguments, write=True, stdin=stdin)
        crash = self._repository.git_dir / f"fast_import_crash_{process.pid}"
        note.say(pid=process.pid, crash=str(crash))
        if meanwhile is not None:
            meanwhile()
        done = finish(process)
        if done.code != 0:
            crash.unlink(missing_ok=True)
            raise failed("fast-import", done)
        return done.stdout.decode().strip()

    def _sign(
        self, incoming: Incoming, unsigned: str, plan: Plan, parent: str | None, who: tuple[str, str]
    ) -> str:
        author, committer = who
        variables = {**_identity_variables("AUTHOR", author), **_identity_variables("COMMITTER", committer)}
        git = incoming.git(self._repository.git).with_environment(**variables)
        arguments = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S"]
        if parent is not None:
            arguments += ["-p", parent]
        for merged in plan.merges:
            arguments += ["-p", merged]
        arguments.append(f"{unsigned}^{{tree}}")
        return git.run(arguments, stdin=plan.message, write=True).decode().strip()

    def _update_ref(self, ref: str, new: str, old: str | None, why: str, note: Note) -> Finished:
        git = self._repository.git.with_environment(
            **_identity_variables("COMMITTER", self._repository.committer())
        )
        reflog = " ".join(f"memory: {why}"[:_REFLOG_LENGTH].split())
        process = git.start(["update-ref", "-m", reflog, "--stdin"], stdin=True, write=True, apart=True)
        try:
            lock, *further = map(str, self._locks_of(ref))
            note.say(pid=process.pid, lock=lock, further=further, new=new)
            self.require_free(ref)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        moves = f"update {ref} {new} {old or '0' * len(new)}\n"
        if (known := known_ref(ref)) is not None:
            moves += f"update {known} {new}\n"  # with the branch, or not at all
        return _finish_uninterrupted(process, moves.encode())

    def _locks_of(self, ref: str) -> list[Path]:
        common = self._repository.common_dir
        if not self._repository.refs.are_files:
            return [common / "reftable" / "tables.list.lock"]
        known = known_ref(ref)
        return [common / f"{one}.lock" for one in (ref, known) if one is not None]

    def _sync(self, ref: str) -> None:
        """Make the move survive a power cut: git syncs a ref's content, but not that it has its name."""
        are_files = self._repository.refs.are_files
        path = self._repository.common_dir / (ref if are_files else "reftable/tables.list")
        places = [path.parent]
        if self._repository.git.version < _GIT_SYNCS_REFS:
            places.insert(0, path)
        for place in places:
            with contextlib.suppress(FileNotFoundError):  # packed by somebody in this very moment
                _fsync(place)


def run_noted(
    git: Git,
    arguments: list[str],
    locks: Sequence[Path],
    note: Note,
    *,
    new: str = "",
    stdin: bytes | None = None,
) -> None:
    """Run a git command that takes ``locks`` and writes ``new`` in each, noted for the next holder in case
    that we are killed."""
    begun = time.time()
    process = git.start(arguments, stdin=stdin is not None, write=True, apart=True)
    lock, *further = map(str, locks)
    note.say(pid=process.pid, lock=lock, further=further, new=new)
    done = _finish_uninterrupted(process, stdin)
    if done.code < 0:
        for left in locks:
            remove_dead_lock(left, new, begun)
    if (locked := _LOCKED.search(done.stderr)) is not None:
        raise StoreError(
            f"another git is at work on this repository's refs: {locked.group(1)} exists; try again"
        )
    if done.code != 0:
        raise failed(arguments[0], done)


def _finish_uninterrupted(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Finished:
    """Feed and collect a git that holds a lock which others wait for. It runs apart from our process
    group, and when we are interrupted or killed it ends by itself: a git that is killed leaves its lock."""
    try:
        out, err = process.communicate(stdin)
    except BaseException:
        try:
            process.wait(_LAST_PATIENCE)
        except subprocess.TimeoutExpired:
            process.terminate()  # git lets go of its locks before it ends
        raise
    return Finished(process.returncode, out, (err or b"").decode("utf-8", "replace"))


def _refused_by_hook(done: Finished) -> StoreError | None:
    """The error when the one hook that `update-ref` runs said no, with what the hook said."""
    if "aborted by hook" not in done.stderr:
        return None
    said = done.stderr.partition("fatal:")[0]
    because = f": {' '.join(said.split())[:200]}" if said.strip() else ""
    return StoreError(f"the repository's hook 'reference-transaction' refused the write{because}")


def _identity_variables(role: str, line: str) -> dict[str, str]:
    name, email, when = split_identity(line)
    return {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email, f"GIT_{role}_DATE": when}


def _fsync(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from error
