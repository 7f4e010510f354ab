"""The calls about commits of the code that were rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.links import Link
    from lsp_server.memory.settling_links import Settled
    from lsp_server.records.model import Record


class Rewriting:
    """What became of the commits that records name."""

    _core: Core

    def links(self, records: Iterable[Record]) -> Mapping[str, Link]:
        """What the commits that these records were written at are today, by the commit. Writes nothing to the
        branch; no process where nothing is new since the last look."""
        commits = [record.code.commit for record in records if record.code and record.code.commit]
        return self._core.links.today_of(commits)

    def settle_links(self) -> Settled:
        """Write to the memory what rewritten commits are today and where uncommitted lines were committed:
        one commit for all records, none where there is nothing to say. Done by itself before a sync and by a
        checkpoint. Raises what a write raises."""
        from lsp_server.memory.settling_links import settle_links

        return settle_links(self._core)
