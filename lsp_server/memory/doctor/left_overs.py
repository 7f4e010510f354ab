"""What killed writers left in the repository, and drafts whose text was never recorded."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from lsp_server.memory import draft_files, draft_place
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.store.repository import Repository
from lsp_server.store.write_lock import WriteLock

_OLD = 3600.0  # seconds; whatever still writes after that time is none of ours
_A_LOCK_IS_SHORT = 60.0
_PRIVATE = ("retired-*",)
_OBJECTS = ("tmp_objdir-git-memory-*",)


def examine(case: Case) -> Area:
    """The area "left-overs"."""
    findings = [*_of_writers(case), *_of_git(case), *_drafts(case)]
    return Area("left-overs", "none" if not findings else "some", findings)


def _of_writers(case: Case) -> Iterator[Finding]:
    if _was_killed(case.core.private / "lock"):
        yield note(
            "killed-writer",
            "A write was killed half-way; the branch is as it was before or after it.",
            "The next write clears up after it, and so does `git memory doctor --fix`.",
            str(case.core.private / "lock"),
            fixable=True,
        )
    for place in abandoned(case.repository):
        yield note(
            "abandoned-directory",
            f"{place} was left by a write that was killed.",
            "`git memory doctor --fix` takes it away.",
            str(place),
            fixable=True,
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
        state = draft_files.load(path)
        if state is None or state.committed:
            continue
        age = _age(path, case.now)
        text = path.read_text("utf-8", "replace") if age is not None and path.is_file() else state.template
        if age is not None and text != state.template:
            yield note(
                "draft-waiting",
                f"A {state.kind} was written {_told(age)} ago and never recorded: {path}.",
                "Save it in an editor that has Git Memory, or record it with `git memory "
                f"{_COMMANDS.get(state.kind, 'learn')}`; it is kept until then.",
                str(path),
            )


_COMMANDS = {"decision": "decide", "learning": "learn", "bug": "bug", "checkpoint": "checkpoint"}


def abandoned(repository: Repository) -> list[Path]:
    """Directories of writers that are no more: retired ones, and private ones older than any write takes."""
    now = time.time()
    places = [*_below(repository.private_dir, _PRIVATE)]
    places += [p for p in _below(repository.objects_dir, _OBJECTS) if (_age(p, now) or 0) > _OLD]
    return sorted(places)


def clear_up(repository: Repository) -> list[str]:
    """Take away what `examine` calls fixable here; what was done, in words."""
    done = []
    lock = repository.private_dir / "lock"
    if _was_killed(lock):
        WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared).tidy()
        if not _was_killed(lock):
            done.append("cleared up after a writer that was killed")
    for place in abandoned(repository):
        shutil.rmtree(place, ignore_errors=True)
        if not place.exists():
            done.append(f"took {place} away")
    return done


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


def _below(directory: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in directory.glob(pattern) if path.is_dir() and not path.is_symlink())


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
