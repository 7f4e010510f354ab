"""The calls that make several writes one commit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.memory.batches import Batch
    from lsp_server.memory.core import Core


class Block(AbstractContextManager["Batch"]):
    """``with memory.batch(message) as batch:``, once."""

    def __init__(self, core: Core, message: str) -> None:
        self._core, self._message = core, message
        self._block: AbstractContextManager[Batch] | None = None

    def __enter__(self) -> Batch:
        from lsp_server.memory.batches import ANOTHER, batch

        if self._block is not None:
            raise UsageError(f"a batch is entered once; {ANOTHER}")
        self._block = batch(self._core, self._message)
        return self._block.__enter__()

    def __exit__(self, *raised: Any) -> bool | None:
        assert self._block is not None
        return self._block.__exit__(*raised)


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

        Raises ``UsageError`` without a message and when it is entered again, ``NotInitialisedError``, and
        what the writes raise.
        """
        return Block(self._core, message)
