"""One look at the commits that records name, after branches moved or new ones were named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.code import rewrite_journal
from lsp_server.errors import StoreError
from lsp_server.memory.code_refs import CodeRef, default_refs

if TYPE_CHECKING:
    from lsp_server.code.git import GitRunner
    from lsp_server.code.rewrites import Rewritten
    from lsp_server.memory.core import Core
    from lsp_server.memory.link_state import LinkState

_MOST_AT_ONCE = 500  # lost commits of one look: some seconds

Tips = tuple[str, ...]


def look(
    core: Core, state: LinkState, refs: Sequence[CodeRef], new: set[str], *, ask_again: bool = True
) -> None:
    """Bring ``state`` to what ``refs`` lead to now; ``new`` are commits that it does not know. ``ask_again``:
    what no history had is forgotten where branches moved. One process where nothing is lost and no default
    branch moved beside others."""
    _Look(core, state, refs).run(new, ask_again=ask_again)


class _Look:
    def __init__(self, core: Core, state: LinkState, refs: Sequence[CodeRef]) -> None:
        self._core = core
        self._git = core.repository.git
        self._state = state
        self._refs = refs
        self._tips: Tips = tuple(dict.fromkeys(one.target for one in refs))
        defaults = default_refs(core.repository, list(refs))
        self._mainline: Tips = tuple(dict.fromkeys(one.target for one in defaults))
        self._in_mainline: set[str] = set(self._mainline)

    def run(self, new: set[str], *, ask_again: bool) -> None:
        state = self._state
        before, state.tips = state.tips, self._tips
        if ask_again and before != self._tips:
            state.ask_again()
        left = [one for one in before if one not in self._tips]
        copies = [became[0] for became in (*state.lost.values(), *state.merged.values()) if became]
        gone = self._gone({*new, *left, *state.lost, *copies})
        if any(one in gone for one in left):  # a branch was rewritten or deleted, and something went with it
            state.add_former(one for one in left if one in gone)
            gone |= not_reached(self._git, state.standing, self._tips)
            state.searched = ()  # of two copies there may be one now
        for one in (*new, *state.lost, *state.standing):
            if one in gone:
                state.standing.discard(one)
                state.lost.setdefault(one, None)
            else:
                state.standing.add(one)
                state.lost.pop(one, None)
        state.merged = {one: became for one, became in state.merged.items() if became[0] not in gone}
        self._search(before, gone)
        # What a branch stood on when we last looked was made here, not long ago.
        self._look_aside(new & state.standing, just_made={*before, *(one.target for one in self._refs[:1])})

    def _gone(self, commits: set[str]) -> set[str]:
        """Those that no tip has. Whoever works on a default branch is mostly answered by that alone."""
        head = self._refs[0].target if self._refs else ""
        if head in self._mainline:
            rest = not_reached(self._git, commits, self._mainline)
            self._in_mainline |= commits - rest
            commits = rest
        return not_reached(self._git, commits, self._tips)

    def _search(self, before: Tips, gone: set[str]) -> None:
        """Look for what is lost, where that can have changed."""
        state = self._state
        searched = set(state.searched)
        open_ = [one for one, became in state.lost.items() if became is None or became[0] in gone]
        if not open_:
            state.searched = ()
            return
        # What was looked for before can only be in commits that came since.
        again, anew = ([one for one in open_ if (one in searched) is known] for known in (True, False))
        later = set(anew[_MOST_AT_ONCE:])  # of a history that was rewritten from its beginning
        anew = anew[:_MOST_AT_ONCE]
        found = {
            **find(self._core, again, self._tips, state, beyond=before),
            **find(self._core, anew, self._tips, state),
        }
        for one in open_:
            became = found.get(one)
            state.lost[one] = (became.today, became.evidence.value) if became else None
        state.searched = tuple(one for one in open_ if one not in found and one not in later)
        self._note(found.values())
        state.journal = rewrite_journal.size(self._core.private)

    def _look_aside(self, new: set[str], just_made: set[str]) -> None:
        """Look for branches that a forge merged in its own way, where a default branch moved."""
        state = self._state
        before, state.mainline = state.mainline, self._mainline
        known = state.side & state.standing
        state.side = (known | new) - self._in_mainline
        asked = state.side if before != self._mainline else (new - just_made) & state.side
        if not asked or not self._mainline:
            return
        aside = not_reached(self._git, asked, self._mainline)
        state.side -= asked - aside
        state.merged = {one: became for one, became in state.merged.items() if one in state.side}
        if not (aside := aside - state.merged.keys()):
            return
        from lsp_server.code.merged_branches import of_merged_branches

        ends = self._tips
        found = {
            **find(self._core, sorted(aside & known), self._mainline, state, beyond=before, ends=ends),
            **find(self._core, sorted(aside - known), self._mainline, state, ends=ends),
        }
        if found:
            branches = ("refs/heads/", "refs/remotes/")
            tips = [one.target for one in self._refs if one.name.startswith(branches)]
            whole = of_merged_branches(self._git, found, tips, self._mainline)
            state.merged.update({one: (it.today, it.evidence.value) for one, it in whole.items()})
            self._note(whole.values())

    def _note(self, found: Iterable[Rewritten]) -> None:
        noted = (rewrite_journal.Noted(one.commit, one.today, one.evidence.value) for one in found)
        rewrite_journal.note(self._core.private, noted)


def find(
    core: Core,
    commits: Sequence[str],
    tips: Sequence[str],
    state: LinkState,
    *,
    beyond: Sequence[str] = (),
    ends: Sequence[str] = (),
) -> Mapping[str, Rewritten]:
    """What ``tips`` have of ``commits``, which they lack. ``beyond``: what was searched before; ``ends``:
    where branches end that may have been squashed. Nothing, where git cannot say."""
    if not commits:
        return {}
    from lsp_server.code.rewrites import find_rewritten

    noted = rewrite_journal.read(core.private)
    former = [*ends, *state.former]
    try:
        return find_rewritten(core.repository.git, commits, tips, noted=noted, former=former, beyond=beyond)
    except StoreError:  # objects are missing, or were cleared away just now
        return {}


def not_reached(git: GitRunner, commits: Iterable[str], tips: Tips) -> set[str]:
    """Those of ``commits`` that no tip has, because none does or they are not here. One process, unless
    something is not here."""
    asked = sorted(set(commits) - set(tips))
    if not asked or not tips:
        return set(asked)
    from lsp_server.code.rewrites import present, unreachable

    try:
        return unreachable(git, asked, tips, strict=True)
    except StoreError:
        here = present(git, asked)
        return (set(asked) - here) | unreachable(git, here, tips)
