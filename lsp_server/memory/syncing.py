"""Use case: exchange the memory with a remote: fetch, merge, push, and again when the remote moved."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, NotFoundError, StoreError
from lsp_server.memory.artifacts.lfs_uploading import upload
from lsp_server.memory.compared_tips import ComparedTips
from lsp_server.memory.not_pushed import NotPushedError, ProposalsNotSentError
from lsp_server.memory.settling_links import settle_quietly
from lsp_server.memory.shared_proposals import SharedProposals
from lsp_server.memory.sharing_results import FoundSecret, Merge, Synced
from lsp_server.memory.sync_refusals import (
    Seen,
    contains,
    left_behind,
    refuse_to_follow,
    require_memory,
    require_never_there,
)
from lsp_server.memory.sync_timeout import how_to_allow_more, seconds
from lsp_server.store import sync_lock
from lsp_server.store.exchange import Exchange
from lsp_server.store.known_tips import require_nothing_lost
from lsp_server.store.remote_errors import SLOW, RemoteError
from lsp_server.store.remote_git import Budget, OutOfTimeError, Progress
from lsp_server.store.remotes import Remote, Remotes

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.merging.trees import Pool
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
        self._accept_rewrite = accept_rewrite
        self._budget = budget
        self._branch = core.repository.memory_branch
        self._below = f"{self._branch}-proposals/"
        self._proposals = SharedProposals(core, remotes, target, self._below, self._remark)
        self._source = target.branch(self._branch)
        self._fetched = self._pushed = 0
        self._compared: ComparedTips | None = None
        self._ready: Pool | None = None
        self._merges: list[Merge] = []
        self._warned: dict[FoundSecret, None] = {}
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
            self._exchange.fetch(wanted, have, self._read_ahead(seen[0]))
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

    def _read_ahead(self, agreed: Version | None) -> Iterator[object]:
        """What a merge will ask of our own side, read while git fetches theirs."""
        self._ready = None
        ours = self._store.tip()
        if agreed is None or ours is None or agreed == ours:
            return
        from lsp_server.memory.merging.trees import Pool

        self._ready = Pool(self._store)
        try:
            yield from self._ready.read_ahead(agreed, ours)
        except GitMemoryError:  # cleared away, perhaps: the merge will tell
            self._ready = None

    # taking it --------------------------------------------------------------------------------------
    def _take(self, theirs: Version | None, seen: Seen) -> bool:
        """Merge their branch into ours; False when ours came to be meanwhile."""
        if theirs is None:
            return True
        ours = self._store.tip()
        self._compared = None
        if ours is None:
            require_nothing_lost(self._core.repository, self._store.ref)
            if not self._store.create(theirs, f"adopt the memory of {self._source}"):
                return False
            self._merges.append(Merge(theirs, fast_forward=True, added=self._count_records(theirs)))
            self._fetched += self._remotes.count(theirs, ())
            self._warn(None, theirs)
        else:
            related = self._store.related(ours, theirs)
            self._fetched += related.behind
            self._compared = ComparedTips(ours, theirs, related)
            left = left_behind(self._store, theirs, ours, seen, related.bases)
            if left is not None:  # maybe rewound: then we have all of it, and more than they want
                self._follow_rewrite(left, theirs)
            elif related.behind:
                self._merge(theirs, ours, related.bases)
            if related.behind:
                known = [one for one in (*related.bases[:1], *seen) if one is not None]
                self._warn(known[-1] if known else None, theirs)
        if seen[0] is None and self._store.tip() == theirs:
            self._mend_adopted()
        self._unmix(seen[0])
        if self._proposals.own:  # whether a forge merged one is told from where its branches are
            self._remotes.note(self._target, self._branch, theirs, agreed=False)
        return True

    def _mend_adopted(self) -> None:
        from lsp_server.memory.merging import mend_adopted

        if (merge := mend_adopted(self._core, self._store)) is not None:
            self._merges.append(merge)

    def _unmix(self, agreed: Version | None) -> None:
        """Whoever merged with git, here or there, since we last agreed."""
        if self._compared is not None and self._compared.tell_no_merge(self._store, agreed):
            return
        from lsp_server.memory.merging import unmix

        tip = self._store.tip()
        known = [one for one in (agreed,) if one is not None and tip and contains(self._store, tip, one)]
        self._merges += unmix(self._core, self._store, known=known)

    def _merge(self, theirs: Version, ours: Version, common: Sequence[Version]) -> None:
        from lsp_server.memory import merging

        ready, self._ready = self._ready, None
        merge = merging.merge_into(
            self._core,
            self._store,
            theirs,
            source=self._source,
            yielding="ours",
            published=self._remotes.others(self._target, self._branch),
            common=(ours, common),
            ready=ready,
        )
        if merge is not None:
            self._merges.append(merge)

    def _follow_rewrite(self, agreed: Version, theirs: Version) -> None:
        if not self._accept_rewrite:
            refuse_to_follow(self._store, agreed, theirs, self._branch, self._target)
        from lsp_server.memory.rewritten import follow

        self._merges.append(follow(self._core, agreed, theirs, source=self._source))

    def _count_records(self, version: Version) -> int:
        from lsp_server.records.paths import is_record_path

        return sum(is_record_path(file.path) for file in self._store.at(version).files())

    def _warn(self, old: Version | None, new: Version) -> None:
        from lsp_server.memory.foreign_secrets import secrets_between

        self._warned.update(dict.fromkeys(secrets_between(self._store, old, new, self._store.tip())))

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
            alone = self._compared.count_alone(self._store, tip, theirs) if self._compared else None
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
            fetched=self._fetched,
            pushed=self._pushed,
            merges=tuple(self._merges),
            secrets=tuple(self._warned),
            proposals=tuple(self._remarks),
        )
