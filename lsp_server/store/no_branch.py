"""Why a branch of the memory is not there, and what a person can do."""

from __future__ import annotations

from lsp_server.errors import GitMemoryError, NotInitialisedError, RefusedError
from lsp_server.store.known_tips import lost
from lsp_server.store.refs import HEADS
from lsp_server.store.repository import Repository


def no_branch(repository: Repository, ref: str) -> GitMemoryError:
    """The error about a branch (a full name) that is missing: deleted, still on a remote alone, or never
    made. For a proposal a ``RefusedError``, for the memory itself a ``NotInitialisedError``."""
    of_memory = ref == repository.memory_ref
    if (gone := lost(repository, ref)) is not None:
        return (NotInitialisedError if of_memory else RefusedError)(gone.sentence())
    branch = repository.memory_branch
    if not of_memory:
        return RefusedError(
            f"there is no branch '{ref.removeprefix(HEADS)}': the proposal was adopted or withdrawn; "
            "`git memory propose --end` goes back to the memory itself"
        )
    remotes = repository.config.subsections("remote")
    for remote in remotes:
        if repository.refs.resolve(f"refs/remotes/{remote}/{branch}") is not None:
            return NotInitialisedError(
                f"this clone has no memory yet, but {remote} has: `git memory sync {remote}` brings it here"
            )
    if remotes:
        # A clone of one branch, or a shallow one, knows nothing of the remote's others.
        return NotInitialisedError(
            "this clone has no memory yet: `git memory sync` brings the remote's, if it has one; "
            "`git memory init` begins a new one"
        )
    return NotInitialisedError("this repository has no memory yet: run `git memory init`")
