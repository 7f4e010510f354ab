"""The calls about git's hooks, and those that the hooks make."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.code_notes import Notes
    from lsp_server.memory.core import Core
    from lsp_server.memory.hook_results import Hooks
    from lsp_server.records.model import Record


class Hooking:
    """Hooks: put in, taken out, looked at; and what each of them does when git runs it."""

    _core: Core

    def hooks(self) -> Hooks:
        """How Git Memory's hooks stand in this repository. Writes nothing."""
        from lsp_server.memory import hooking

        return hooking.look(self._core)

    def install_hooks(self, *, here: bool = False) -> Hooks:
        """Put the hooks into git's folder of hooks; those that are there are kept, and called.

        Nothing is written where they live in files of the project, or where one folder serves several
        repositories: the answer has the lines to add. ``here`` writes into this clone's own folder although a
        tool of the project's may write there, too. Raises ``StoreError``.
        """
        from lsp_server.memory import hooking

        return hooking.install(self._core, here=here)

    def remove_hooks(self) -> Hooks:
        """Take the hooks out; those that were there before are as they were. One that somebody has changed
        since stays. Raises ``StoreError``."""
        from lsp_server.memory import hooking

        return hooking.remove(self._core)

    # what git's hooks call ---------------------------------------------------------------------------
    def after_commit(self, *, checkpoint: bool = False) -> Record | None:
        """The code has a new commit: settle what that settles, and make a ``checkpoint`` named after it; the
        checkpoint. Nothing in the middle of a rebase, and no checkpoint for an amendment. Raises what a
        checkpoint raises."""
        from lsp_server.memory import hooking

        return hooking.after_commit(self._core, checkpoint=checkpoint)

    def after_rewrite(self) -> None:
        """Commits of the code were rewritten, and that was noted: settle what speaks of them."""
        from lsp_server.memory import hooking

        hooking.after_rewrite(self._core)

    def give_up_hook(self) -> None:
        """What a hook began takes too long: hooks do nothing more as long as the memory stands as it does."""
        from lsp_server.memory import hooking

        hooking.give_up(self._core)

    # git notes ---------------------------------------------------------------------------------------
    @property
    def notes_ref(self) -> str:
        """The full name of the ref that the notes on commits are written to."""
        from lsp_server.memory import code_notes

        return code_notes.ref_of(self._core)

    def write_notes(self) -> Notes:
        """Write git notes that tell, for each commit of the code, what is recorded about it. A rewritten
        commit has them at what it is today. Nothing pushes them.

        Raises ``RefusedError`` where the ref has notes of somebody else's, and ``StoreError``.
        """
        from lsp_server.memory import code_notes

        return code_notes.update(self._core)

    def remove_notes(self) -> bool:
        """Take the notes away; False where there were none. Raises as ``write_notes``."""
        from lsp_server.memory import code_notes

        return code_notes.remove(self._core)
