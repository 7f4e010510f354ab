"""Two tips as a sync compared them, and what that tells without asking git again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lsp_server.store.ancestry import Related
    from lsp_server.store.base import Version
    from lsp_server.store.git_store import GitStore


class ComparedTips(NamedTuple):
    """Our branch's tip, the remote's, and how the two are related."""

    ours: Version
    theirs: Version
    related: Related

    def tell_no_merge(self, store: GitStore, agreed: Version | None) -> bool:
        """Whether nobody made a merge since we last agreed, but for ourselves, of these two. False says
        nothing."""
        if self.related.has_merges or list(self.related.bases) != [agreed]:
            return False
        tip = store.tip()
        return tip in (self.ours, self.theirs) or self._were_merged(store, tip)

    def count_alone(self, store: GitStore, tip: Version, theirs: Version | None) -> int | None:
        """How many commits lead to ``tip`` that ``theirs`` does not have; None where that is not known."""
        if theirs == self.theirs:
            if tip == self.ours:
                return self.related.ahead
            if self._were_merged(store, tip):
                return self.related.ahead + 1
        return None

    def _were_merged(self, store: GitStore, tip: Version | None) -> bool:
        return tip is not None and store.parents(tip) == [self.ours, self.theirs]
