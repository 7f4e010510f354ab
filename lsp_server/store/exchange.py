"""Talking to a remote: what it has, bringing it here, sending ours.

Nothing of the user's is touched: no tag, no other branch, no FETCH_HEAD, no maintenance, no hook. What is
fetched is checked object by object, in a directory of its own, before it reaches the repository; a push
never forces.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lsp_server.store import remote_errors
from lsp_server.store.git_process import Finished, Git
from lsp_server.store.incoming import Incoming
from lsp_server.store.refs import HEADS
from lsp_server.store.remote_errors import RemoteError
from lsp_server.store.remote_git import Budget, OutOfTimeError, Progress, converse, git_for_remotes
from lsp_server.store.remotes import Remote
from lsp_server.store.repository import Repository
from lsp_server.store.sync_lock import SyncNote

_TRUST_NO_OPTIONS = 30 * 24 * 3600.0  # seconds until a server is asked again whether it takes push options
_NO_OPTIONS = "no-push-options-"  # with a key of the remote: a server that takes none, asked at that time
_FETCH_ONLY = (
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--no-prune",
    "--refmap=",  # the user's own refspecs would move other refs along
)
_PUSH_ONLY = (
    # pre-push hooks look at code that is on its way: linters and tests, for minutes. There is none here.
    "--no-verify",
    "--no-follow-tags",
    "--recurse-submodules=no",
)


class Pushed(NamedTuple):
    """What became of one branch: it ``is_there`` now, it ``moved`` meanwhile, or ``error`` says why not."""

    is_there: bool
    moved: bool = False
    error: RemoteError | None = None


class Exchange:
    """One conversation with one remote. Every method raises ``RemoteError`` with one clear line."""

    def __init__(
        self,
        repository: Repository,
        remote: Remote,
        budget: Budget,
        note: SyncNote,
        progress: Progress | None = None,
    ) -> None:
        self._repository = repository
        self._remote = remote
        self._budget = budget
        self._note = note
        self._progress = progress
        self._git = git_for_remotes(repository)

    def look(self, branch: str, below: str, meanwhile: Iterator[object] | None = None) -> dict[str, str]:
        """The branch, and those below ``below`` (``memory-proposals/``), that the remote has: name → tip.
        One connection, and nothing is fetched. ``meanwhile``: as in ``converse``."""
        patterns = [HEADS + branch, f"{HEADS}{below}*"]
        arguments = ["ls-remote", "--refs", "--", self._remote.target, *patterns]
        done = self._talk(self._git, arguments, meanwhile=meanwhile)
        if done.code != 0:
            raise remote_errors.explain(done, self._remote.shown)
        found = {}
        for line in done.stdout.decode("utf-8", "surrogateescape").split("\n"):
            tip, _, ref = line.partition("\t")
            if ref == HEADS + branch or ref.startswith(HEADS + below):
                found[ref.removeprefix(HEADS)] = tip
        return found

    def fetch(
        self, branches: Iterable[str], known: Iterable[str], meanwhile: Iterator[object] | None = None
    ) -> None:
        """Bring the branches' objects here; no ref is moved. ``known`` are tips that the remote may have.
        ``meanwhile``: as in ``converse``."""
        repository = self._repository
        # Newer gits run the reference-transaction hook even for a fetch that moves no ref.
        arguments = ["-c", "fetch.fsckObjects=true", "-c", f"core.hooksPath={os.devnull}", "fetch"]
        arguments += [*_FETCH_ONLY, self._progress_option()]
        if repository.is_partial:
            arguments.append("--no-filter")  # a memory that is not whole cannot be merged
        arguments += [f"--negotiation-tip={tip}" for tip in dict.fromkeys(known)]
        arguments += ["--", self._remote.target, *(HEADS + branch for branch in branches)]
        if repository.is_partial:
            # git marks what it fetches in a partial clone in ways that only it knows: straight in, then.
            self._require(self._talk(self._git, arguments, write=True, meanwhile=meanwhile))
            return
        incoming = Incoming(
            repository.private_dir, repository.objects_dir, own=True, shared=repository.is_shared
        )
        self._note.say(incoming=str(incoming.path))
        with incoming:
            git = incoming.git(self._git)
            # The repository is an alternate of that directory, but its refs are no other's: git need not
            # list them, and say them to the remote, a second time.
            arguments[:0] = ["-c", "core.alternateRefsCommand=true"]
            done = self._talk(git, arguments, write=True, incoming=incoming.path, meanwhile=meanwhile)
            self._require(done)
            incoming.publish()
        self._note.say()

    def complete(self, tips: Sequence[str]) -> None:
        """In a partial clone, bring what the clone left out of the memory's history."""
        if not self._repository.is_partial:
            return
        listed = self._repository.git.run(["rev-list", "--objects", "--missing=print", *tips, "--"])
        missing = [line[1:] for line in listed.splitlines() if line.startswith(b"?")]
        if not missing:
            return
        # As git itself brings what is missing: by name, negotiating nothing, and marked as promised.
        arguments = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", *_FETCH_ONLY, "--filter=blob:none"]
        arguments += [self._progress_option(), "--stdin", "--", self._remote.target]
        self._require(self._talk(self._git, arguments, write=True, stdin=b"\n".join(missing) + b"\n"))

    def push(self, tips: Mapping[str, str]) -> dict[str, Pushed]:
        """Move its branches forward to the given tips; never back, never sideways. What became of each."""
        name, key = self._remote.name, self._remote.key()
        arguments = ["push", "--porcelain", self._progress_option(), *_PUSH_ONLY, "--", self._remote.target]
        arguments += [f"{tip}:{HEADS}{branch}" for branch, tip in tips.items()]
        if name and self._repository.config.flag(f"remote.{name}.mirror"):
            arguments[:0] = ["-c", f"remote.{name}.mirror=false"]  # it would push every ref there is
        # git notes where the branches are now: the lock of a tracking ref is what a killed push leaves.
        tracking = {self._remote.tracking(branch): tip for branch, tip in tips.items()}
        locks = {str(self._repository.common_dir / f"{ref}.lock"): tip for ref, tip in tracking.items()}
        takes_none = self._repository.private_dir / f"{_NO_OPTIONS}{key}"
        self._forget_old_answers()
        if takes_none.exists():
            done = self._talk(self._git, arguments, locks=locks)
        else:
            # The memory needs no build. The user's own push options stay: this adds to them.
            done = self._talk(self._git, ["-c", "push.pushOption=ci.skip", *arguments], locks=locks)
            if remote_errors.needs_no_push_options(done):
                takes_none.touch()
                done = self._talk(self._git, arguments, locks=locks)
        answers = dict(_porcelain(done.stdout))
        if done.code != 0 and not any(flag == "!" for flag, _ in answers.values()):
            raise remote_errors.explain(done, self._remote.shown)
        return {branch: self._became(branch, answers.get(HEADS + branch), done) for branch in tips}

    def _forget_old_answers(self) -> None:
        # Of every remote, also of those that are not spoken to any more.
        for answer in self._repository.private_dir.glob(f"{_NO_OPTIONS}*"):
            if not _is_younger(answer, _TRUST_NO_OPTIONS):
                answer.unlink(missing_ok=True)

    def _became(self, branch: str, answer: tuple[str, str] | None, done: Finished) -> Pushed:
        flag, said = answer or ("!", "no answer")
        if flag != "!":
            return Pushed(is_there=True)
        if remote_errors.has_moved(said):
            return Pushed(is_there=False, moved=True)
        shown = self._remote.shown
        return Pushed(is_there=False, error=remote_errors.refused_by_rule(shown, branch, said, done.stderr))

    def _progress_option(self) -> str:
        return "--no-progress" if self._progress is None else "--progress"

    def _talk(
        self,
        git: Git,
        arguments: Sequence[str],
        *,
        write: bool = False,
        stdin: bytes = b"",
        incoming: Path | None = None,
        locks: Mapping[str, str] | None = None,
        meanwhile: Iterator[object] | None = None,
    ) -> Finished:
        facts = {} if incoming is None else {"incoming": str(incoming)}

        def started(pid: int) -> None:
            self._note.say(pid=pid, locks=locks or {}, **facts)

        try:
            return converse(
                git,
                arguments,
                self._budget,
                write=write,
                stdin=stdin,
                progress=self._progress,
                started=started,
                meanwhile=meanwhile,
            )
        except OutOfTimeError:
            raise remote_errors.slow(self._remote.shown, self._budget.seconds, self._budget.more) from None
        finally:
            self._note.say(**facts)

    def _require(self, done: Finished) -> None:
        if done.code != 0:
            raise remote_errors.explain(done, self._remote.shown)


def _porcelain(printed: bytes) -> Iterator[tuple[str, tuple[str, str]]]:
    """``!<TAB>id:refs/heads/memory<TAB>[rejected] (fetch first)`` → (ref, (flag, ``fetch first``))."""
    for line in printed.decode("utf-8", "surrogateescape").splitlines():
        flag, _, rest = line.partition("\t")
        refs, tab, summary = rest.partition("\t")
        if tab and len(flag) == 1:
            _, bracket, reason = summary.partition(" (")
            yield refs.partition(":")[2], (flag, reason.removesuffix(")") if bracket else summary)


def _is_younger(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime < seconds
    except OSError:
        return False
