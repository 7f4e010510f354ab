"""A remote's branch, fetched already, taken into ours: adopted, merged, followed where it was rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError
from lsp_server.memory.compared_tips import ComparedTips
from lsp_server.memory.sharing_results import FoundSecret, Merge
from lsp_server.memory.sync_refusals import Seen, contains, left_behind, refuse_to_follow
from lsp_server.store.known_tips import require_nothing_lost

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.merging.trees import Pool
    from lsp_server.store.base import Version
    from lsp_server.store.remotes import Remote, Remotes


class TakingTheirs:
    """What one sync takes from one remote, through all its rounds. ``fetched`` counts the commits, ``warned``
    holds the secrets that came with them, ``compared`` is what the last round knows of the two tips."""

    def __init__(
        self, core: Core, remotes: Remotes, target: Remote, source: str, *, accept_rewrite: bool
    ) -> None:
        self._core = core
        self._store = core.mainline
        self._remotes = remotes
        self._target = target
        self._source = source
        self._branch = core.repository.memory_branch
        self._accept_rewrite = accept_rewrite
        self._ready: Pool | None = None
        self._merges: list[Merge] = []
        self.fetched = 0
        self.warned: dict[FoundSecret, None] = {}
        self.compared: ComparedTips | None = None

    def read_ahead(self, agreed: Version | None) -> Iterator[object]:
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

    def take(self, theirs: Version, seen: Seen) -> list[Merge] | None:
        """Merge their branch into ours: what that took. None when ours came to be meanwhile."""
        ours = self._store.tip()
        self.compared, self._merges = None, []
        if ours is None:
            require_nothing_lost(self._core.repository, self._store.ref)
            if not self._store.create(theirs, f"adopt the memory of {self._source}"):
                return None
            self._merges.append(Merge(theirs, fast_forward=True, added=self._count_records(theirs)))
            self.fetched += self._remotes.count(theirs, ())
            self._warn(None, theirs)
        else:
            related = self._store.related(ours, theirs)
            self.fetched += related.behind
            self.compared = ComparedTips(ours, theirs, related)
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
        return self._merges

    def _mend_adopted(self) -> None:
        from lsp_server.memory.merging import mend_adopted

        if (merge := mend_adopted(self._core, self._store)) is not None:
            self._merges.append(merge)

    def _unmix(self, agreed: Version | None) -> None:
        """Whoever merged with git, here or there, since we last agreed."""
        if self.compared is not None and self.compared.tell_no_merge(self._store, agreed):
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

        self.warned.update(dict.fromkeys(secrets_between(self._store, old, new, self._store.tip())))
