"""What killed processes left in the repository, and drafts whose text was never recorded."""

from __future__ import annotations

import fcntl
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lsp_server.memory import draft_files, draft_place
from lsp_server.memory.core import Core
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.memory.draft_text import pretended_path
from lsp_server.records.document import parse
from lsp_server.records.model import Kind
from lsp_server.store import half_written
from lsp_server.store.incoming import left_behind, retire_dead
from lsp_server.store.repository import SYNC_LOCK
from lsp_server.store.write_lock import WriteLock

LEFT_OVERS = {"killed-writer", "killed-sync", "abandoned-directory", "half-written"}
"""The findings that `clear_up` sees to."""

_CLEARED = "Nothing need be done: every command clears up after it, as this one does."
_A_LOCK_IS_SHORT = 60.0


def examine(case: Case) -> Area:
    """The area "left-overs"."""
    findings = [*_of_writers(case), *_of_git(case), *_drafts(case)]
    return Area("left-overs", "none" if not findings else "some", findings)


def _of_writers(case: Case) -> Iterator[Finding]:
    for code, name, what in (
        ("killed-writer", "lock", "write was killed half-way; the branch is as it was before or after it"),
        (
            "killed-sync",
            SYNC_LOCK,
            "sync was killed half-way; what it had done counts, and it can be repeated",
        ),
    ):
        if _was_killed(case.core.private / name):
            yield note(
                code,
                f"A {what}.",
                _CLEARED,
                str(case.core.private / name),
            )
    for place in abandoned(case.core):
        is_directory, is_cleared = place.is_dir(), place.parent == case.core.private
        left = "by a write" if is_directory else "half-written by a command"
        yield note(
            "abandoned-directory" if is_directory else "half-written",
            f"{place} was left {left} that was killed.",
            _CLEARED if is_cleared else "`git memory doctor --fix` takes it away.",
            str(place),
            fixable=not is_cleared,
        )


def _of_git(case: Case) -> Iterator[Finding]:
    common, ref = case.repository.common_dir, case.repository.memory_ref
    locks = [common / f"{ref}.lock", common / "packed-refs.lock", common / "reftable" / "tables.list.lock"]
    for lock in locks:
        age = _age(lock, case.now)
        if age is not None and age > _A_LOCK_IS_SHORT:
            yield warning(
                "stale-lock",
                f"{lock} has been there for {_told(age)}: as long as it is, the branch cannot be written.",
                "If no git is at work in this repository, a killed one left it, and it can be moved away.",
                str(lock),
            )


def _drafts(case: Case) -> Iterator[Finding]:
    for path in sorted((case.core.private / draft_place.FOLDER).glob("*/*.md")):
        yield from _draft(case, path, "")
    elsewhere = sorted((case.core.state / draft_place.FOLDER).glob("*.md")) if case.core.state else []
    for path in _of_this_repository(case, elsewhere):
        yield from _draft(case, path, ", in your own directory, for the repository could not be written")


def _draft(case: Case, path: Path, where: str) -> Iterator[Finding]:
    state = draft_files.load(path)
    if state is None or state.committed:
        return
    age = _age(path, case.now)
    text = path.read_text("utf-8", "replace") if age is not None and path.is_file() else state.template
    if age is not None and text != state.template:
        yield note(
            "draft-waiting",
            f"A {state.kind} was written {_told(age)} ago and never recorded: {path}{where}.",
            f"`git memory edit {shlex.quote(str(path))}` records it when the editor is closed; it is kept "
            "until then.",
            str(path),
        )


def _of_this_repository(case: Case, paths: Iterable[Path]) -> Sequence[Path]:
    """The user's own directory has drafts of every repository: a text that names a commit of the code belongs
    where that commit is."""
    commits: dict[Path, str | None] = {}
    for path in paths:
        try:
            state = draft_files.load(path)
            kind = Kind(state.kind) if state is not None else Kind.LEARNING
            record = parse(pretended_path(kind), path.read_bytes()).record
        except (OSError, ValueError):
            continue
        commits[path] = record.code.commit if record and record.code else None
    from lsp_server.store.inspecting import missing

    others = missing(case.git, {commit for commit in commits.values() if commit})
    return [path for path, commit in commits.items() if commit not in others]


def abandoned(core: Core) -> list[Path]:
    """What nobody is at work on any more, in the repository and in the user's own directory."""
    own = half_written.left(core.state) if core.state else []
    return [*left_behind(core.repository.private_dir, core.repository.objects_dir), *own]


def clear_up(core: Core) -> list[str]:
    """Take away all that `examine` finds of the dead; what was done, in words."""
    repository, done = core.repository, []
    lock, sync = repository.private_dir / "lock", repository.private_dir / SYNC_LOCK
    places, killed, killed_sync = abandoned(core), _was_killed(lock), _was_killed(sync)
    clear_up_as_always(core)
    if killed and not _was_killed(lock):
        done.append("cleared up after a writer that was killed")
    if killed_sync and not _was_killed(sync):
        done.append("cleared up after a sync that was killed")
    if core.state:
        half_written.clear_up(core.state)
    for place in places:
        retire_dead(place)
        if not place.exists():
            done.append(f"took {place} away")
    return done


def clear_up_as_always(core: Core) -> None:
    """Clear up as every command does."""
    from lsp_server.store import sync_lock

    repository = core.repository
    WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared).clear_up()
    sync_lock.clear_up(repository)


def _was_killed(lock: Path) -> bool:
    """Whether the lock file holds a note and nobody the lock."""
    try:
        if not lock.stat().st_size:
            return False
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return bool(os.fstat(descriptor).st_size)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _age(path: Path, now: float) -> float | None:
    try:
        return max(0.0, now - path.stat().st_mtime)
    except OSError:
        return None


def _told(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {word}{'s' if number > 1 else ''}"
    return "less than a minute"
