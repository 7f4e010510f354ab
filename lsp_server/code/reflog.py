"""What git itself remembers of this clone's moves: where HEAD and the branches stood, and why they moved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.code.git import LOG, GitRunner
from lsp_server.errors import StoreError

_MOST_MOVES = 2000
# `commit (amend)`; in a rebase `rebase (fixup)`, `rebase -i (squash)`, `pull --rebase (reword)`.
_REPLACED = re.compile(r"[^:]*\((amend|fixup|squash|reword)\): ")


class Step(NamedTuple):
    """One commit put in another's place. ``is_joining``: the change of a further commit went into it."""

    old: str
    new: str
    is_joining: bool


class Moves(NamedTuple):
    """``places``: where HEAD and the branches stood, each once, the newest first; ``steps``: the commits that
    were replaced by another on the spot."""

    places: Sequence[str]
    steps: Sequence[Step]


def moves(runner: GitRunner) -> Moves:
    """The moves that are remembered; none in a bare repository or a fresh clone. One process."""
    try:
        output = runner.run(
            [
                *LOG, "--walk-reflogs", "-s",
                f"--max-count={_MOST_MOVES}", "--format=%gD%x00%H%x00%P%x00%gs", "HEAD", "--branches", "--",
            ]
        )  # fmt: skip
    except StoreError:
        return Moves((), ())  # HEAD is unborn, or what it stood on is gone already
    places: dict[str, None] = {}
    steps: dict[Step, None] = {}
    above: dict[str, tuple[str, str, str]] = {}  # by ref: the later entry's commit, parents and words
    for line in output.decode("utf-8", "replace").split("\n"):
        fields = line.split("\0", 3)
        if len(fields) < 4:
            continue
        name, commit, parents, words = fields
        ref = name.partition("@{")[0]
        places[commit] = None
        if ref in above:
            later, its_parents, why = above[ref]
            said = _REPLACED.match(why)
            # With other parents it is not what was replaced: git has forgotten the move between the two.
            if said is not None and later != commit and its_parents == parents:
                steps[Step(commit, later, said[1] in ("fixup", "squash"))] = None
        above[ref] = commit, parents, words
    return Moves(tuple(places), tuple(steps))
