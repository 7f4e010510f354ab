"""Use case: exchange the memory with a remote: fetch, merge, push, and again when the remote moved."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, StoreError
from lsp_server.memory.artifacts.lfs_uploading import upload
from lsp_server.memory.events.before_others import publish_quietly
from lsp_server.memory.not_pushed import NotPushedError, ProposalsNotSentError
from lsp_server.memory.settling_links import settle_quietly
from lsp_server.memory.shared_proposals import SharedProposals
from lsp_server.memory.sharing_results import Merge, Synced
from lsp_server.memory.sync_refusals import Seen, require_memory, require_never_there
from lsp_server.memory.sync_timeout import how_to_allow_more, seconds
from lsp_server.memory.taking_theirs import TakingTheirs
from lsp_server.store import sync_lock
from lsp_server.store.exchange import Exchange
from lsp_server.store.known_tips import require_nothing_lost
from lsp_server.store.remote_errors import SLOW, RemoteError
from lsp_server.store.remote_git import Budget, OutOfTimeError, Progress
from lsp_server.store.remotes import Remote, Remotes

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Version

_MOST_ROUNDS = 30  # against others who push at the same time; the budget usually ends first
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0  # seconds


def sync(
    core: Core,
    remote: str | None = None,
    *,
    timeout: float | None = None,
    progress: Progress | None = None,
    accept_rewrite: bool = False,
    wait: bool = True,
    stop: threading.Event | None = None,
) -> Synced | None:
    """Bring this memory and a remote's to the same state. None only where ``wait`` is False and another
    sync is under way.

    Whatever goes wrong (``RemoteError``, ``RefusedError``, ``NotPushedError``, an interrupt), the memory
    here is as it was, or has what was merged already.
    """
    remotes = Remotes(core.repository)
    target = remotes.choose(remote)
    budget = Budget(seconds(core, timeout), stop, more=how_to_allow_more(timeout))
    with sync_lock.hold(core.repository, budget if wait else None) as note:
        if note is None:
            return None
        exchange = Exchange(core.repository, target, budget, note, progress)
        return _Sync(core, remotes, target, exchange, budget, accept_rewrite=accept_rewrite).run()


class _Sync:
    """One sync with one remote. Its fields collect what it did."""

    def __init__(
        self,
        core: Core,
        remotes: Remotes,
        target: Remote,
        exchange: Exchange,
        budget: Budget,
        *,
        accept_rewrite: bool,
    ) -> None:
        self._core = core
        self._store = core.mainline
        self._remotes = remotes
        self._target = target
        self._exchange = exchange
        self._budget = budget
        self._branch = core.repository.memory_branch
        self._below = f"{self._branch}-proposals/"
        self._proposals = SharedProposals(core, remotes, target, self._below, self._remark)
        self._source = target.branch(self._branch)
        self._taking = TakingTheirs(core, remotes, target, self._source, accept_rewrite=accept_rewrite)
        self._pushed = 0
        self._merges: list[Merge] = []
        self._remarks: dict[str, None] = {}

    def run(self) -> Synced:
        if self._store.tip() is None:
            require_nothing_lost(self._core.repository, self._store.ref)
        pause = _FIRST_PAUSE
        for _ in range(_MOST_ROUNDS):
            seen = self._remotes.last_seen(self._target, self._branch)
            listed = self._exchange.look(self._branch, self._below, self._look_at_ours())
            theirs = listed.get(self._branch)
            if theirs is None:
                require_never_there(self._store, seen, self._branch, self._target.shown)
            if self._bring(listed, seen) and self._take(theirs, seen):
                self._merges += self._proposals.settle(listed)
                if self._send(theirs, listed):
                    return self._sent()
            try:
                self._budget.pause(pause * random.uniform(0.5, 1.5))
            except OutOfTimeError:
                break
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise StoreError(f"{self._source} keeps moving: others push to it without pause; try again")

    def _look_at_ours(self) -> Iterator[object]:
        """Raises where the branch of that name is somebody's code. While git asks the remote."""
        if self._store.tip() is not None:
            yield self._store.snapshot()
            # What this clone alone knows of rewritten commits goes along.
            yield settle_quietly(self._core, self._store)
            # So does what this clone remembered for everybody.
            publish_quietly(self._core)
            yield None

    # what they have ---------------------------------------------------------------------------------
    def _bring(self, listed: Mapping[str, str], seen: Seen) -> bool:
        """Fetch what is not here; False when the remote moved meanwhile in a way that needs another look."""
        have = [tip for tip in (*seen, self._store.tip()) if tip is not None]
        self._proposals.look()
        wanted = [
            name
            for name, tip in listed.items()
            if not (tip in have if name == self._branch else self._proposals.has(name, tip))
        ]
        if wanted:
            self._exchange.fetch(wanted, have, self._taking.read_ahead(seen[0]))
        theirs = listed.get(self._branch)
        try:
            for name in wanted:
                self._store.at(listed[name])
        except NotFoundError:  # rewritten between the look and the fetch
            return False
        if theirs is not None:
            self._exchange.complete([tip for tip in (theirs, self._store.tip()) if tip is not None])
            require_memory(self._store, theirs, self._branch, self._target.shown)
        return True

    def _take(self, theirs: Version | None, seen: Seen) -> bool:
        """Merge their branch into ours; False when ours came to be meanwhile."""
        if theirs is None:
            return True
        merges = self._taking.take(theirs, seen)
        if merges is None:
            return False
        self._merges += merges
        if self._proposals.own:  # whether a forge merged one is told from where its branches are
            self._remotes.note(self._target, self._branch, theirs, agreed=False)
        return True

    # sending ----------------------------------------------------------------------------------------
    def _send(self, theirs: Version | None, listed: Mapping[str, str]) -> bool:
        """Push what they lack; False when their branch moved meanwhile."""
        tip = self._store.snapshot().version
        tips = self._proposals.to_send(listed, tip)
        if tip != theirs:  # ours has theirs by now
            tips[self._branch] = tip
        try:
            self._remark(upload(self._core, self._target, list(tips.values()), theirs, self._budget))
            results = self._exchange.push(tips) if tips else {}
        except RemoteError as error:
            what = "pushing was not finished" if error.kind == SLOW else "nothing was pushed"
            raise self._not_pushed(what, error, theirs) from error
        self._proposals.sent(results, tips)
        mine = results.get(self._branch)
        if mine is None:
            self._remotes.note(self._target, self._branch, theirs, agreed=True)
            return True
        if mine.error is not None:
            is_alone = not any(pushed.is_there for pushed in results.values())
            what = "nothing was pushed" if is_alone else "the memory itself was not pushed, proposals were"
            self._remark(self._proposals.refused)
            raise self._not_pushed(what, mine.error, theirs)
        if mine.is_there:
            compared = self._taking.compared
            alone = compared.count_alone(self._store, tip, theirs) if compared else None
            if alone is None:
                alone = self._remotes.count(tip, [theirs] if theirs is not None else [])
            self._pushed += alone
            self._remotes.note(self._target, self._branch, tip, agreed=True)
        return mine.is_there

    def _not_pushed(self, what: str, error: RemoteError, theirs: Version | None) -> NotPushedError:
        if theirs is not None:
            self._remotes.note(self._target, self._branch, theirs, agreed=True)
        took = "what came from there is here; " if self._merges else ""
        return NotPushedError(f"{took}{what}: {error}", self._result())

    def _sent(self) -> Synced:
        if self._proposals.refused:
            raise ProposalsNotSentError("; ".join(self._proposals.refused), self._result())
        return self._result()

    def _remark(self, sentences: Sequence[str]) -> None:
        self._remarks.update(dict.fromkeys(sentences))

    def _result(self) -> Synced:
        return Synced(
            remote=self._source,
            version=self._store.tip(),
            fetched=self._taking.fetched,
            pushed=self._pushed,
            merges=tuple(self._merges),
            secrets=tuple(self._taking.warned),
            proposals=tuple(self._remarks),
        )
