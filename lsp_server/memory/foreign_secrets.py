"""Secrets in what came from elsewhere: they are in the remote's history already, so they are told, not
blocked, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Collection

from lsp_server.errors import RefusedError
from lsp_server.memory.allowances import allowed
from lsp_server.memory.secrets.files import secrets_in_file
from lsp_server.memory.sharing_results import FoundSecret
from lsp_server.store.base import Difference, Version
from lsp_server.store.git_store import GitStore

_LARGEST = 4_000_000  # bytes of one file that are looked through


def secrets_between(
    store: GitStore, old: Version | None, new: Version, ours: Version | None = None
) -> list[FoundSecret]:
    """What looks like a secret in the files that differ between two versions (None: in all of ``new``), and
    was neither there before nor is allowed by ``ours`` (by ``new``, unless it is given)."""
    let_through = allowed(store.at(ours or new))
    found: list[FoundSecret] = []
    changed = [d for d in store.differences(old, new) if d.new is not None and d.new.is_file]
    contents = store.contents([d.new.object_id for d in changed if d.new is not None])
    for difference, (_, data) in zip(changed, contents, strict=True):
        if len(data) > _LARGEST:
            continue
        try:
            here = secrets_in_file(difference.path, data, let_through)
            before = _fingerprints(store, difference, let_through) if here else ()
        except RefusedError as error:  # the scanner is not installed, and this text needs it
            return [*found, FoundSecret(difference.path, 1, f"not looked through: {error}", "")]
        found += [secret for secret in here if secret.fingerprint not in before]
    return found


def _fingerprints(store: GitStore, difference: Difference, let_through: Collection[str]) -> set[str]:
    if difference.old is None or not difference.old.is_file:
        return set()
    (_, data), *_ = store.contents([difference.old.object_id])
    return {secret.fingerprint for secret in secrets_in_file(difference.path, data, let_through)}
