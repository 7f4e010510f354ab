"""Commits of branches that a forge merged in its own way: squashed into one commit, or rebased.

The branch may be there for long, in this clone or at the remote, but its work is the default branch's now,
and that is where everybody finds it. So its commits are taken for rewritten, as they will be when it is
deleted: where the default branch has the whole branch as one commit, or a copy of each of its commits. A pick
of single commits from a branch that goes on is no merge of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.code.git import OFFLINE
from lsp_server.errors import StoreError
from lsp_server.records.evidence import Evidence

if TYPE_CHECKING:
    from lsp_server.code.git import GitRunner
    from lsp_server.code.rewrites import Rewritten

_MOST_BRANCHES = 20  # that are compared commit by commit


def of_merged_branches(
    git: GitRunner, found: Mapping[str, Rewritten], ends: Iterable[str], mainline: Sequence[str]
) -> dict[str, Rewritten]:
    """Those of ``found``, copies in the default branches (``mainline``), whose branch these have whole.
    ``ends`` are the commits that branches end with, here and at remotes."""
    whole = {one.commit: one for one in found.values() if one.evidence is Evidence.SQUASH}
    open_ = [commit for commit in found if commit not in whole]
    for end in list(dict.fromkeys(one for one in ends if one not in mainline))[:_MOST_BRANCHES]:
        if not open_:
            break
        inside = _inside(git, open_, end)
        if inside and any(_has_all(git, tip, end) for tip in mainline):
            whole.update({commit: found[commit] for commit in inside})
            open_ = [commit for commit in open_ if commit not in inside]
    return whole


def _inside(git: GitRunner, commits: Iterable[str], end: str) -> set[str]:
    from lsp_server.code.rewrites import unreachable

    asked = set(commits)
    return asked - unreachable(git, asked, (end,))


def _has_all(git: GitRunner, tip: str, end: str) -> bool:
    """Whether one branch has the change of each commit of another that it has not itself."""
    try:
        told = git.run([*OFFLINE, "cherry", tip, end]).decode("ascii").split("\n")
    except StoreError:
        return False
    return any(told) and not any(line.startswith("+") for line in told)
