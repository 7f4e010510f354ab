"""What the memory lives in: git, its hooks and configuration, the file system, the clock, the user's name."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.store.remotes import Remotes
from lsp_server.store.repository import BRANCH_KEY, DEFAULT_BRANCH

_CLOCKS_DIFFER = 300  # seconds


def hooks(case: Case) -> Area:
    """The area "hooks": ours, where they were installed, and those of git's that a write meets."""
    config = case.repository.config
    configured = config.get("core.hookspath")
    directory = case.repository.common_dir / "hooks"
    findings = []
    if configured is not None:
        directory = Path(os.path.expanduser(configured))  # noqa: PTH111  an unknown ~user stays as it is
        if not directory.is_absolute():
            directory = (case.repository.work_tree or case.repository.git_dir) / directory
        if not directory.is_dir():
            findings.append(
                note(
                    "hooks-path",
                    f"core.hooksPath names {configured}, which is not there, so git runs no hooks at all.",
                    "If hooks are wanted, see where the setting comes from: "
                    "`git config --show-origin core.hooksPath`.",
                    str(directory),
                )
            )
    transaction = directory / "reference-transaction"
    if os.access(transaction, os.X_OK) and transaction.is_file():
        findings.append(
            note(
                "reference-transaction",
                f"{transaction} is asked at every write of the memory, and can refuse it.",
                "Nothing need be done; when writes are refused by a hook, it is this one.",
                str(transaction),
            )
        )
    summary, ours = _our_hooks(case)
    return Area("hooks", summary, [*findings, *ours])


def _our_hooks(case: Case) -> tuple[str, list[Finding]]:
    from lsp_server.memory import hooking

    found = hooking.look(case.core)
    here = [hook for hook in found.hooks if hook.works or hook.state in ("broken", "changed")]
    if not here:
        return "none of Git Memory's; git's own are not run by a write", []
    broken = [hook.name for hook in here if hook.state == "broken"]
    findings = []
    if broken:
        findings.append(
            warning(
                "hooks-broken",
                f"The Git Memory that {', '.join(broken)} would start is gone, so nothing is done there.",
                "`git memory hooks install` puts in those of this Git Memory.",
                str(found.directory),
            )
        )
    return f"{len(here)} of Git Memory's; git's own are not run by a write", findings


def configuration(case: Case) -> Area:
    """The area "configuration"."""
    branch = case.repository.memory_branch
    return Area("configuration", f"the memory is the branch '{branch}'", [*_branch(case), *_syncing(case)])


def _branch(case: Case) -> Iterator[Finding]:
    configured = case.repository.config.get(BRANCH_KEY)
    if configured in (None, DEFAULT_BRANCH):
        return
    other = case.repository.refs.resolve(f"refs/heads/{DEFAULT_BRANCH}")
    if other is None:
        return
    try:
        is_memory = case.store.at(other).is_memory()
    except GitMemoryError:
        return
    if is_memory:
        yield warning(
            "two-memories",
            f"{BRANCH_KEY} says '{configured}', and there is a memory on the branch '{DEFAULT_BRANCH}', too.",
            f"See which one is meant: `git config --show-origin {BRANCH_KEY}`, `git log {DEFAULT_BRANCH}`.",
            BRANCH_KEY,
        )


def _syncing(case: Case) -> Iterator[Finding]:
    from lsp_server.memory.sync_queue import KEY, SyncQueue

    upstream = case.repository.config.get(f"branch.{case.repository.memory_branch}.remote")
    names = Remotes(case.repository).names()
    if upstream not in (None, ".", *names):
        yield warning(
            "no-such-remote",
            f"The memory's branch belongs to the remote '{upstream}', and there is no such remote.",
            f"`git remote add {upstream} URL`, or another one: "
            f"`git config branch.{case.repository.memory_branch}.remote NAME`.",
            str(upstream),
        )
    if not SyncQueue(case.core).is_on:
        return
    try:
        Remotes(case.repository).choose(None)
    except GitMemoryError as unknown:
        yield warning(
            "syncs-nowhere",
            f"{KEY} is on, and it is not known with whom to sync: {unknown}.",
            "Name a remote, or switch it off: `git config memory.sync off`.",
            KEY,
        )


def environment(case: Case) -> Area:
    """The area "environment"."""
    version = ".".join(map(str, case.git.version))
    findings = [*_names(case), *_durable(case), *_file_system(case), *_clock(case)]
    return Area("environment", f"git {version}, {case.repository.object_format}", findings)


def _names(case: Case) -> Iterator[Finding]:
    try:
        case.repository.author()
        case.repository.committer()
    except GitMemoryError as unknown:
        yield warning(
            "no-name",
            f"Nothing can be recorded: {unknown}.",
            "`git config --global user.name NAME` and `git config --global user.email ADDRESS` say it.",
            "user.name",
        )


def _durable(case: Case) -> Iterator[Finding]:
    method = (case.repository.config.get("core.fsyncmethod") or "fsync").lower()
    if method == "writeout-only":
        yield warning(
            "not-durable",
            "core.fsyncMethod is `writeout-only`: what is recorded may be lost in a power cut.",
            "`git config core.fsyncMethod fsync` makes it certain.",
            "core.fsyncMethod",
        )


def _file_system(case: Case) -> Iterator[Finding]:
    place = case.core.private if case.core.private.is_dir() else case.repository.common_dir
    if not os.access(place, os.W_OK) or not os.access(case.repository.objects_dir, os.W_OK):
        yield warning(
            "read-only",
            f"{place} cannot be written to, so nothing can be recorded here.",
            "See who owns it, and whether the file system is mounted read-only.",
            str(place),
        )
        return
    lock = place / "lock"
    if not lock.is_file():
        return
    descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as refused:
        if refused.errno not in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EINTR}:
            yield note(
                "no-locks",
                f"The file system of {place} has no file locks: many writers at once take longer here.",
                "Nothing need be done: writes are safe without.",
                str(place),
            )
    finally:
        os.close(descriptor)


def _clock(case: Case) -> Iterator[Finding]:
    newest = case.history(limit=1)
    if newest and newest[0].when.timestamp() > case.now + _CLOCKS_DIFFER:
        yield warning(
            "clock",
            f"The newest commit of the memory is of {newest[0].when:%Y-%m-%d %H:%M %z}, which is still to "
            "come: this clock or its author's is wrong, and the order of records with it.",
            "Set the clock right before recording more.",
            newest[0].version,
        )
