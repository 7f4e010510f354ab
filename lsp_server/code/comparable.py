"""Commits with what two of them are compared by."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from lsp_server.code.git import LOG, OFFLINE, GitRunner

_PAIR = re.compile(rb" *\d+: +([0-9a-f]{40,64}) ([=!]) +\d+: +([0-9a-f]{40,64}) ")
_CLAIM = re.compile(rb"\(cherry picked from commit ([0-9a-f]{40,64})\)")


class Comparable(NamedTuple):
    """``claims``: the commits that its message says it was picked from."""

    id: str
    tree: str
    parents: tuple[str, ...]
    written: int
    author: str
    """Name, address and time: a rebase, an amendment and a cherry-pick keep them."""
    subject: bytes
    claims: tuple[str, ...]


def read_comparable(runner: GitRunner, revisions: Sequence[str], *options: str) -> dict[str, Comparable]:
    """Commits by id, in git's order."""
    if not revisions:
        return {}
    output = runner.run(
        [
            *LOG, "-z", *options, "--stdin", "-s",
            "--format=%H%n%T%n%P%n%at%n%an%x01%ae%x01%at%n%B",
        ],
        stdin="".join(f"{one}\n" for one in revisions).encode("ascii"),
    )  # fmt: skip
    found = {}
    for entry in output.split(b"\0"):
        fields = entry.split(b"\n", 5)
        if len(fields) < 6:
            continue
        commit, tree, parents, written, author, message = fields
        found[commit.decode()] = Comparable(
            commit.decode(),
            tree.decode(),
            tuple(parents.decode().split()),
            int(written) if written.isdigit() else 0,
            author.decode("utf-8", "replace"),
            message.partition(b"\n")[0],
            tuple(claim.decode() for claim in _CLAIM.findall(message)),
        )
    return found


def leads_to(start: str, wanted: Collection[str], parents: Mapping[str, Sequence[str]]) -> bool:
    """Whether one of the wanted commits is ``start`` or comes before it, on the ways that are known."""
    waiting, seen = [start], {start}
    while waiting:
        at = waiting.pop()
        if at in wanted:
            return True
        new = [one for one in parents.get(at, ()) if one not in seen]
        seen.update(new)
        waiting += new
    return False


def are_paired(runner: GitRunner, old: Comparable, new: Comparable) -> bool:
    """Whether git's range-diff takes two commits, with one parent each, for versions of one. One process."""
    output = runner.run(
        [
            *OFFLINE, "-c", "core.abbrev=no", "range-diff", "--no-color", "--no-patch",
            f"{old.parents[0]}..{old.id}", f"{new.parents[0]}..{new.id}",
        ]
    )  # fmt: skip
    return (old.id, new.id) in [(found[1].decode(), found[3].decode()) for found in _PAIR.finditer(output)]
