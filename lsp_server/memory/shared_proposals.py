"""The proposals' part of a sync: theirs are tracked, ours are sent so that a forge can show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, NotFoundError
from lsp_server.store.base import Advance

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import Merge
    from lsp_server.store.base import Snapshot, Version
    from lsp_server.store.exchange import Pushed
    from lsp_server.store.remotes import Remote, Remotes


class SharedProposals:
    """The branches ``memory-proposals/…`` here and on one remote. ``below`` is their common beginning;
    ``remark`` takes sentences for a person."""

    def __init__(
        self,
        core: Core,
        remotes: Remotes,
        target: Remote,
        below: str,
        remark: Callable[[Sequence[str]], None],
    ) -> None:
        self._core = core
        self._store = core.mainline
        self._remotes = remotes
        self._target = target
        self._below = below
        self._remark = remark
        self._tracked: Mapping[str, Version] = {}
        self._parted: dict[str, Version] = {}
        self.own: Mapping[str, Version] = {}
        self.refused: list[str] = []
        """What the remote did not take of what was sent last, a sentence each."""

    def look(self) -> None:
        """Read which there are: ``own`` are this clone's."""
        self.own, self._tracked = self._remotes.branches_below(self._target, self._below)

    def has(self, name: str, tip: Version) -> bool:
        """Whether a state of a proposal is here."""
        return tip in (self._tracked.get(name), self.own.get(name))

    def settle(self, listed: Mapping[str, str]) -> list[Merge]:
        """Once the memory itself has what is there: follow theirs, end what was merged, bring ours together
        with what others wrote to them. What was merged for that."""
        merges: list[Merge] = []
        if ended := self._track(listed):
            from lsp_server.memory.proposal_outcome import mended

            merges += mended(self._core, ended)
        self._forget(listed)
        if self.own:
            from lsp_server.memory.proposing import settle_proposals

            said, settled = settle_proposals(self._core, self._target.shown)
            self._remark(said)
            merges += settled
            self._combine_parted()
            self.look()
        return merges

    def _track(self, listed: Mapping[str, str]) -> list[Version]:
        """Remember what the remote has, and follow where it went on. What was written to here as well waits
        for ``_combine_parted``: it may be a part of the memory already. The last states of others' proposals
        that have ended there, until ``_forget``."""
        there = {name: tip for name, tip in listed.items() if name.startswith(self._below)}
        refs: dict[str, str | None] = {self._target.tracking(name): tip for name, tip in there.items()}
        refs.update({self._target.synced(name): tip for name, tip in there.items()})
        self._remotes.set_refs(refs)
        self._tell_of_others(there)
        self._parted.clear()
        for name, own in self.own.items():
            if name not in there or there[name] == own or self._contains(own, there[name]):
                continue
            if self._contains(there[name], own):
                self._follow(name, own, there[name])
            else:
                self._parted[name] = there[name]
        return [tip for name, tip in self._tracked.items() if name not in there and name not in self.own]

    def _forget(self, listed: Mapping[str, str]) -> None:
        """Forget what the remote no longer has."""
        gone = [name for name in self._tracked if name not in listed]
        self._remotes.set_refs({self._target.tracking(name): None for name in gone})

    def _tell_of_others(self, there: Mapping[str, Version]) -> None:
        """Say which proposals of others came or went on: somebody waits for a review."""
        mainline, where = self._store.tip(), self._target.shown
        for name, tip in there.items():
            if name in self.own or self._tracked.get(name) == tip:
                continue
            if mainline is not None and self._contains(mainline, tip):
                continue  # merged, and only left there
            news = "was written to" if name in self._tracked else "is new"
            seen = f"{self._below.removesuffix('-proposals/')}...{where}/{name}"
            shows = f": `git memory diff {seen}` shows it" if self._target.name else ""
            self._remark([f"the proposal '{name.removeprefix(self._below)}' {news} on {where}{shows}"])

    def _combine_parted(self) -> None:
        """Merge what was written to a proposal here and on the remote, where it is still open."""
        if self._parted:
            self.look()
        for name, there in self._parted.items():
            if (own := self.own.get(name)) is not None:
                self._combine(name, own, there)

    def _follow(self, name: str, own: Version, there: Version) -> None:
        """Move a proposal of this clone to what others wrote on top of it."""
        short, where = name.removeprefix(self._below), self._target.shown

        def build(tip: Snapshot) -> Advance | None:
            return Advance(there) if tip.version == own else None

        try:
            moved = self._store.on(f"refs/heads/{name}").commit(build) == there
        except GitMemoryError as error:  # checked out, or no memory: that keeps nobody from syncing
            self._remark([f"the proposal '{short}' is behind {where}: {error}"])
            return
        if moved:
            self._remark([f"the proposal '{short}' has what was written to it on {where}"])
            self._unmix(name, own, there)

    def _combine(self, name: str, own: Version, there: Version) -> None:
        """Merge what others wrote to a proposal of this clone, which was written to here as well."""
        from lsp_server.memory.merging import merge_into

        short, where = name.removeprefix(self._below), self._target.shown
        try:
            merge = merge_into(
                self._core,
                self._store.on(f"refs/heads/{name}"),
                there,
                source=self._target.branch(name),
                yielding="ours",
            )
        except GitMemoryError as error:  # checked out, or no memory: that keeps nobody from syncing
            self._remark([f"the proposal '{short}' was changed on {where}, too, and was not merged: {error}"])
            return
        said = [f"the proposal '{short}' was changed on {where}, too: merged"]
        if merge is not None:
            said += [f"  {one.old} is {one.new} now on '{short}'" for one in merge.renumbered]
            said += [f"  {one.label} is in conflict on '{short}'" for one in merge.conflicts]
        self._remark(said)
        self._unmix(name, own, there)

    def _unmix(self, name: str, own: Version, there: Version) -> None:
        """Put right what git mixed where a forge brought the proposal up to date, by a merge or a rebase."""
        from lsp_server.memory.merging import may_be_mixed, unmix, unmix_replayed

        store = self._store.on(f"refs/heads/{name}")
        mainline = self._store.tip()
        try:
            merges = [*unmix(self._core, store, known=[own, *([mainline] if mainline else [])])]
            for base in store.merge_bases(own, there)[:1]:
                if base != own and may_be_mixed(store, store.differences(base, own), there):
                    merges += unmix_replayed(self._core, store, base, own, there, is_new=True)
        except GitMemoryError as error:  # checked out in this very moment: that keeps nobody from syncing
            self._remark([f"the proposal '{name.removeprefix(self._below)}' was not looked through: {error}"])
            return
        self._remark([f"  {remark}" for merge in merges for remark in merge.remarks])

    def to_send(self, listed: Mapping[str, str], mainline: Version) -> dict[str, Version]:
        """This clone's proposals that the remote does not have, or has an earlier state of."""
        from lsp_server.memory.proposing import began_before_a_rewrite

        send = {}
        for name, own in self.own.items():
            there, short = listed.get(name), name.removeprefix(self._below)
            if there != own and began_before_a_rewrite(self._core, own):
                # What was purged on the remote must not get there again.
                self._remark(
                    [f"the proposal '{short}' began before the memory's history was rewritten: not sent"]
                )
                continue
            if there is None:
                before = self._remotes.last_seen(self._target, name)[0]
                if before is not None and self._contains(own, before):
                    # Sending it again would open again what somebody has closed.
                    ends = f"`git memory withdraw {short}` ends it here, too"
                    self._remark([f"the proposal '{short}' is no longer on {self._target.shown}: {ends}"])
                elif not self._contains(mainline, own):
                    send[name] = own
            elif there != own and self._contains(own, there):
                send[name] = own
        return send

    def sent(self, results: Mapping[str, Pushed], tips: Mapping[str, Version]) -> None:
        """Note what became of them."""
        self.refused = []
        for name, pushed in results.items():
            if not name.startswith(self._below):
                continue
            short = name.removeprefix(self._below)
            if pushed.is_there:
                self._remotes.note(self._target, name, tips[name], agreed=True)
                self._remark([f"the proposal '{short}' was sent to {self._target.shown}"])
            elif pushed.error is not None:
                self.refused.append(f"the proposal '{short}' was not sent: {pushed.error}")

    def _contains(self, version: Version, ancestor: Version) -> bool:
        try:
            return self._store.contains(version, ancestor)
        except NotFoundError:  # not fetched, or cleared away
            return False
