"""How this clone stands to its remotes, as far as it knows without asking them."""

from __future__ import annotations

from collections.abc import Iterator

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.store.remotes import Remote, Remotes


def examine(case: Case) -> Area:
    """The area "remotes". Nothing is asked over a network: it is as of the last fetch."""
    remotes = Remotes(case.repository)
    names = remotes.names()
    findings: list[Finding] = []
    for name in names:
        findings += _one(case, remotes, remotes.choose(name))
    return Area("remotes", f"{', '.join(names)} (as last fetched)" if names else "none", findings)


def _one(case: Case, remotes: Remotes, remote: Remote) -> Iterator[Finding]:
    assert case.tip is not None
    branch = case.repository.memory_branch
    shown = f"{remote.shown}/{branch}"
    agreed, theirs = remotes.last_seen(remote, branch)
    if theirs is None:
        yield note(
            "not-shared",
            f"{remote.shown} has no memory yet, as far as this clone knows.",
            f"`git memory sync {remote.shown}` puts it there.",
            shown,
        )
        return
    try:
        if agreed is not None and not case.store.contains(theirs, agreed):
            yield warning(
                "remote-rewritten",
                f"{shown} does not contain {agreed[:10]} any more, where it was when they were last synced: "
                "somebody rewrote its history.",
                f"Ask who did. `git memory sync {remote.shown}` keeps all that is here; with "
                "`--accept-rewrite` it follows.",
                shown,
            )
            return
        related = case.store.related(case.tip, theirs)
        if not related.bases:
            yield note(
                "unrelated-remote",
                f"{shown} and this memory were begun apart: they have no commit in common.",
                f"`git memory sync {remote.shown}` merges them, record by record.",
                shown,
            )
            return
    except GitMemoryError as missing:
        yield warning(
            "remote-unreadable",
            f"{shown} cannot be compared: {missing}.",
            f"`git memory sync {remote.shown}` fetches what is missing.",
            shown,
        )
        return
    if related.ahead or related.behind:
        parts = [
            f"{related.ahead} to send" if related.ahead else "",
            f"{related.behind} to merge" if related.behind else "",
        ]
        yield note(
            "out-of-step",
            f"This memory and {shown} differ by commits: {', '.join(part for part in parts if part)}.",
            f"`git memory sync {remote.shown}` exchanges them.",
            shown,
        )
