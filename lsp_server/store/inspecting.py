"""Which objects a repository does not have."""

from __future__ import annotations

from collections.abc import Iterable

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
