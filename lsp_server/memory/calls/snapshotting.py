"""The calls for snapshots of the work tree, and the way back to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.snapshot_results import CutShort, Pruned, Restored, RestorePlan, Snapshot


class Snapshotting:
    """Keep, list, restore, prune. Snapshots are this clone's own: they are never sent anywhere."""

    _core: Core

    def keep_snapshot(self, ref: str) -> Snapshot:
        """Keep the exact work tree with a checkpoint that is recorded already (``Memory.checkpoint`` does
        both with ``snapshot=True``). Raises ``RefusedError`` when it has one, or without a work tree."""
        from lsp_server.errors import RefusedError
        from lsp_server.memory import snapshotting
        from lsp_server.records.model import Kind

        record = self._core.find(ref)
        if record.kind is not Kind.CHECKPOINT:
            raise RefusedError(f"{record.label} is no checkpoint, so it keeps no snapshot")
        return snapshotting.keep_for(self._core, record.id)

    def snapshots(self, *, sizes: bool = False) -> Sequence[Snapshot]:
        """What this clone keeps, newest first; ``sizes`` asks git for each one's, some milliseconds each."""
        from lsp_server.memory import snapshotting

        return snapshotting.snapshots_here(self._core, sizes=sizes)

    def snapshot(self, ref: str) -> Snapshot:
        """One snapshot: by its own name, or its checkpoint's label, id or the beginning of it. Raises
        ``NotFoundError``, ``AmbiguousError``."""
        from lsp_server.memory import snapshotting

        return snapshotting.find(self._core, ref)[1]

    def snapshots_pushed_to(self) -> Mapping[str, str]:
        """The remotes that ``git push NAME`` would send snapshots to, as they are set up: name → the setting
        that says so (``remote.NAME.mirror`` or ``remote.NAME.push``). Starts no process."""
        from lsp_server.code.snapshot_refs import SNAPSHOTS
        from lsp_server.store.push_settings import remotes_sent

        return remotes_sent(self._core.repository.config, f"{SNAPSHOTS}any")

    def has_snapshot(self, record_id: str) -> bool:
        """Whether this clone keeps a snapshot of the checkpoint with that id. Cheap: a file read."""
        from lsp_server.code import snapshot_refs

        return snapshot_refs.exists(self._core.repository, record_id)

    def restore_to_branch(self, ref: str, branch: str | None = None) -> Restored:
        """Make a branch at a snapshot, ``restored/<label>`` unless named. Nothing else changes. Raises
        ``NotFoundError``, ``RefusedError`` when the name is another branch's."""
        from lsp_server.memory import restoring_elsewhere

        return restoring_elsewhere.to_branch(self._core, ref, branch)

    def restore_to_worktree(self, ref: str, directory: str | Path, branch: str | None = None) -> Restored:
        """Make a new worktree in ``directory`` (which must not be there, or be empty) on a branch as
        ``restore_to_branch`` makes it; its files are byte for byte as they were."""
        from lsp_server.memory import restoring_elsewhere

        return restoring_elsewhere.to_worktree(self._core, ref, Path(directory), branch)

    def plan_restore(self, ref: str, *, force: bool = False) -> RestorePlan:
        """What ``restore_in_place`` would do, and what would stop it. Nothing is done."""
        from lsp_server.memory import restoring

        return restoring.plan(self._core, ref, force=force)

    def restore_in_place(
        self,
        ref: str,
        *,
        plan: RestorePlan | None = None,
        force: bool = False,
        tell: Callable[[Snapshot], None] | None = None,
    ) -> Restored:
        """Make the work tree what a snapshot has; index, HEAD and refs stay. The state before is kept as a
        snapshot, which ``tell`` is called with before anything is touched.

        ``plan`` is what was shown to somebody: when the work tree is not as it was then, nothing is done.
        ``force`` restores although HEAD moved, and replaces ignored files that are in the way (they are kept
        in the state before). Raises ``RefusedError``, and ``StoreError`` that says where the state before is.
        """
        from lsp_server.memory import restoring

        return restoring.in_place(self._core, ref, force=force, expected=plan, tell=tell)

    def prune_snapshots(
        self, *, keep: int = 10, days: float = 30, of: Collection[str] = (), dry_run: bool = False
    ) -> Pruned:
        """Let go of all snapshots but the last ``keep`` of checkpoints and as many of states before a
        restore, those younger than ``days``, and those of the checkpoints that ``of`` names. git clears
        their objects away in time (``git gc``)."""
        from lsp_server.memory import snapshotting

        return snapshotting.prune(
            self._core, keep_last=keep, days=days, of=of, dry_run=dry_run, now=self._core.now()
        )

    def restore_cut_short(self) -> CutShort | None:
        """The restore in place that was killed in this worktree, None when there is none. A file read."""
        from lsp_server.code.restore_journal import unfinished
        from lsp_server.memory.snapshot_results import CutShort

        left = unfinished(self._core.repository)
        return CutShort(left.before, left.restoring) if left else None
