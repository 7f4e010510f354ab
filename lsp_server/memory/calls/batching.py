"""The calls that make several writes one commit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.batches import Batch
    from lsp_server.memory.core import Core


class Batching:
    """Batches."""

    _core: Core

    def batch(self, message: str) -> AbstractContextManager[Batch]:
        """Make one commit of everything that this thread writes inside the block:

        >>> with memory.batch("import the retro's results") as batch:
        ...     bug = memory.record(Kind.BUG, "Login hangs")
        ...     memory.close_bug(bug.label, learning_title="Set a timeout")
        >>> batch.version, [record.label for record in batch.records]

        ``message`` is the commit's subject, and what comes after its first line stands below it; the commit
        lists the records, a hundred at most. Nothing is locked meanwhile, and other threads' writes are
        their own. Each call answers, and raises, as it does by itself; the commit is made when the block
        ends. When the block ends with an exception nothing is written. Where the commit itself is refused
        (the branch is checked out, the disk is full) the texts of new records are kept as drafts, as for a
        single write, and the error names the first.

        A record of the batch can be named in it by its label or id: to be marked, superseded, closed,
        amended, deleted, and by ``get``, ``find``, ``text`` and ``raw``. Lists and searches answer from the
        branch as it was committed. Where another writer was faster all is made again on what that one wrote,
        so a number may change: ``batch.records`` tells, after the block, the records as they were committed,
        and ``batch.version`` the commit. Nothing written, no commit: ``version`` is then None. A batch
        inside a batch belongs to the outer one; when it alone fails, the outer one goes on without it.

        Raises ``UsageError`` without a message, ``NotInitialisedError``, and what the writes raise.
        """
        from lsp_server.memory.batches import batch

        return batch(self._core, message)
