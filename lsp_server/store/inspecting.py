"""A repository's health: which objects it does not have, which commits git itself would not make."""

from __future__ import annotations

from collections.abc import Iterable

from lsp_server.store.base import Version
from lsp_server.store.git_process import Git

_FIELDS = 2


def missing(git: Git, object_ids: Iterable[str]) -> set[str]:
    """Those of the objects that are not in the repository. One process, and nothing is fetched."""
    asked = "".join(f"{object_id}\n" for object_id in sorted(set(object_ids)))
    if not asked:
        return set()
    answered = git.run(["cat-file", "--batch-check", "--buffer"], stdin=asked.encode())
    lines = (line.split() for line in answered.decode("ascii", "replace").splitlines())
    return {words[0] for words in lines if len(words) == _FIELDS and words[1] == "missing"}


def undated(git: Git, tip: Version) -> list[Version]:
    """The commits in a history that do not say who made them, or when. One process. Raises ``GitError``
    where the history cannot be read to its beginning."""
    listed = git.run(["log", "--format=%H%x00%at%x00%ct", tip, "--"]).decode("ascii", "replace")
    said = (line.split("\0") for line in listed.splitlines())
    return [version for version, *dates in said if "" in dates]
