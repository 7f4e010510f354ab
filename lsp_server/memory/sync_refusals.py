"""What keeps a sync from taking a remote's branch: it is gone, it is no memory, or its history was rewritten.

Every function raises ``RefusedError`` or ``NotInitialisedError`` with one sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from lsp_server.errors import NotFoundError, NotInitialisedError, RefusedError
from lsp_server.store.git_store import FORMAT
from lsp_server.store.snapshot import FORMAT_FILE

if TYPE_CHECKING:
    from lsp_server.store.base import Version
    from lsp_server.store.git_store import GitStore
    from lsp_server.store.remotes import Remote

Seen = tuple["Version | None", "Version | None"]
"""(where we last agreed with the remote, where its branch was last fetched)"""


def require_never_there(store: GitStore, seen: Seen, branch: str, remote: str) -> None:
    """The remote has no such branch: refused where it had one, and where nobody has a memory."""
    if seen[0] is not None or seen[1] is not None:
        raise RefusedError(
            f"the branch '{branch}' was deleted on {remote}; what is here stays. "
            f"To publish it again: `git push {remote} {branch}`"
        )
    if store.tip() is None:
        raise NotInitialisedError(
            f"neither this repository nor {remote} has a memory yet: run `git memory init`"
        )


def require_memory(store: GitStore, theirs: Version, branch: str, remote: str) -> None:
    """The remote's branch is a memory, of a format that we know."""
    found = store.at(theirs)
    if not found.is_memory():
        raise RefusedError(
            f"the branch '{branch}' of {remote} holds something else than a memory "
            f"(it has no {FORMAT_FILE}): `git config memory.branch NAME` chooses another branch"
        )
    if found.format() > FORMAT:
        raise RefusedError(
            f"the memory on {remote} was written by a newer Git Memory (format "
            f"{found.format()}, this one knows {FORMAT}): update Git Memory"
        )


def left_behind(
    store: GitStore, theirs: Version, ours: Version, seen: Seen, common: Sequence[Version]
) -> Version | None:
    """Where we last agreed, when their branch has left that history; None when it goes on from there."""
    left = [
        known
        for known in dict.fromkeys(seen)
        if known is not None
        and known not in common
        and not contains(store, theirs, known)
        and contains(store, ours, known)
    ]
    if len(left) == 2 and contains(store, left[1], left[0]):
        return left[1]
    return left[0] if left else None


def refuse_to_follow(
    store: GitStore, agreed: Version, theirs: Version, branch: str, remote: Remote
) -> NoReturn:
    """Nobody has said that a rewritten history is meant."""
    ours, source = store.tip(), remote.branch(branch)
    accept = f"`git memory sync {remote.shown} --accept-rewrite`"
    if ours is not None and contains(store, ours, theirs):
        # An old branch was put back, perhaps from a clone that was behind: following would delete.
        raise RefusedError(
            f"{source} went back to {theirs[:10]}, without {agreed[:10]}, synced before. "
            f"`git push {remote.shown} {branch}` publishes again what is here; if it was "
            f"meant, {accept} takes that away here, too"
        )
    raise RefusedError(
        f"the history of {source} was rewritten: it no longer has {agreed[:10]}, which was "
        f"synced before. If that was meant, {accept} follows it and puts what only you have on top; "
        "nothing is lost"
    )


def contains(store: GitStore, version: Version, ancestor: Version) -> bool:
    """As ``store.contains``; False for what was cleared away long ago."""
    try:
        return store.contains(version, ancestor)
    except NotFoundError:
        return False
