"""What became of the commits that records name: whether a branch still has them, and where they are today.

Looking writes nothing to the memory's branch. What was found is kept beside the index, so that a look at
nothing new costs no process, and noted in the journal, so that it outlives git's own objects.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import StoreError
from lsp_server.memory import link_state
from lsp_server.memory.code_refs import CodeRef, code_refs
from lsp_server.records.evidence import Evidence, evidence_of

if TYPE_CHECKING:
    from lsp_server.code.carrying import Carrying
    from lsp_server.code.file_view import CodeFiles
    from lsp_server.memory.core import Core
    from lsp_server.memory.link_state import LinkState
    from lsp_server.records.anchors import Anchor

_MOST_COMMITTED = 500  # anchors on lines that were not committed, of which is kept what became of them
_OBJECT_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


class Link(NamedTuple):
    """A commit that a record names, and what it is today.

    ``today`` is the commit itself where a branch, a remote's branch, a tag or HEAD has it; where history was
    rewritten, what it became, with the ``evidence`` for that; None where it is lost. ``unknown``: history is
    cut in this clone, so it may well be there. ``missing``: its object is not in this clone.
    """

    commit: str
    today: str | None
    evidence: Evidence | None = None
    unknown: bool = False
    missing: bool = False

    @property
    def is_rewritten(self) -> bool:
        return self.today is not None and self.today != self.commit


class Links:
    """The commits of one repository as its records name them. Thread-safe; raises ``StoreError``."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._state: LinkState | None = None
        self._carries: tuple[CodeFiles, Carrying] | None = None
        self._committed: dict[tuple[Anchor, str | None, str], Anchor] = {}
        # What commits were made of in one history, by what that was told from.
        self._formers: tuple[object, dict[str, str | None]] = (None, {})
        self._asked_with: tuple[str, ...] = ()  # where branches were when histories were last asked

    # all branches -----------------------------------------------------------------------------------
    def today_of(self, commits: Iterable[str]) -> Mapping[str, Link]:
        """What each of some commits (full ids; others are left out) is today. No process where nothing is new
        since the last look and nothing lost; one quick one where branches moved."""
        asked = [one for one in dict.fromkeys(commits) if _OBJECT_ID.match(one)]
        if not asked:
            return {}
        with self._lock:
            state = self._looked(asked)
            answer = {one: Link(one, one) for one in asked if one in state.standing}
            merged = {one: state.merged[one] for one in answer if one in state.merged}
            answer |= {one: Link(one, today, evidence_of(word)) for one, (today, word) in merged.items()}
            lost = [one for one in asked if one not in answer]
            return answer | self._told(lost, state)

    def _told(self, lost: list[str], state: LinkState) -> dict[str, Link]:
        if not lost:
            return {}
        from lsp_server.code.rewrites import present

        found = {
            one: Link(one, became[0], evidence_of(became[1]))
            for one in lost
            if (became := state.lost.get(one)) is not None
        }
        rest = [one for one in lost if one not in found]
        here = present(self._core.repository.git, rest)
        is_cut = bool(state.cut) or self._core.repository.is_partial
        found.update({one: Link(one, None, unknown=is_cut, missing=one not in here) for one in rest})
        return found

    def _looked(self, asked: Iterable[str]) -> LinkState:
        """The state of now, with all of ``asked`` either standing or lost."""
        refs = code_refs(self._core.repository)
        tips = _tips(refs)
        private = self._core.private
        state = self._known()
        if state.tips != tips:
            state = link_state.load(private, state.cut)  # another process may have looked already
        new = {one for one in asked if one not in state.standing and one not in state.lost}
        journal = self._journal_grew(state)
        later = sum(became is None for became in state.lost.values()) > len(state.searched)
        if state.tips != tips or new or journal or later:
            from lsp_server.memory.link_look import look

            look(self._core, state, refs, new, ask_again=tips != self._asked_with)
            link_state.store(private, state)
        self._state = state
        return state

    def _known(self) -> LinkState:
        """What was found out before, as far as it holds where history is cut today."""
        cut = link_state.where_cut(self._core.repository.shallow_commits())
        if self._state is None or self._state.cut != cut:
            self._state = link_state.load(self._core.private, cut)
            self._committed.clear()
        return self._state

    def _journal_grew(self, state: LinkState) -> bool:
        if not state.searched:
            return False
        from lsp_server.code import rewrite_journal

        return rewrite_journal.size(self._core.private) > state.journal

    # what was settled -------------------------------------------------------------------------------
    def was_settled(self, what: str) -> bool:
        """Whether a state of code and memory (on one line) was seen to have nothing to settle."""
        with self._lock:
            return self._known().settled == what

    def note_settled(self, what: str) -> None:
        with self._lock:
            state = self._known()
            state.settled = what
            link_state.store(self._core.private, state)

    # the history of one commit ----------------------------------------------------------------------
    @property
    def _carrying(self) -> Carrying:
        """What it read is kept as long as the code's own files are: until more of history is fetched."""
        code = self._core.code
        if self._carries is None or self._carries[0] is not code:
            from lsp_server.code.carrying import Carrying

            self._carries = code, Carrying(self._core.repository.git, code)
        return self._carries[1]

    def carried(self, anchor: Anchor, made_at: str | None, became: Mapping[str, str]) -> Anchor:
        """An anchor that was made at the commit ``made_at``, with the births that its lines have in the
        commits that ``became`` names for rewritten ones."""
        return self._carrying.anchor(anchor, made_at, became)

    def settled(
        self, anchor: Anchor, made_at: str | None = None, head: str | None = None
    ) -> tuple[Anchor, str | None]:
        """An anchor that was made at the commit ``made_at``, and that commit, as the history of ``head``
        (HEAD unless given) has them: where it has copies of rewritten commits, births are theirs, and lines
        that were in no commit have the births they got since. Both as they are where there is nothing to
        say. One quick process where all commits are in that history, and none when they were at the last
        look.
        """
        head = head or self._core.repository.head_commit()
        if head is None:
            return anchor, made_at
        named = {one for one in (*(birth.commit for birth in anchor.births), made_at) if one}
        named = {one for one in named if _OBJECT_ID.match(one)}
        with self._lock:
            became = self._copies_in(head, named) if named else {}
        if became:
            anchor = self.carried(anchor, made_at, became)
        today = became.get(made_at, made_at) if made_at else None
        return self._with_committed_lines(anchor, today, head, amended=today != made_at), today

    def _with_committed_lines(
        self, anchor: Anchor, made_at: str | None, head: str, *, amended: bool
    ) -> Anchor:
        """What ``settle_links`` would write of lines that were not committed when they were anchored."""
        if anchor.is_committed:
            return anchor
        from lsp_server.code.kept import kept
        from lsp_server.code.settling_lines import settle_lines

        def settled() -> Anchor:
            return settle_lines(self._core.code, anchor, made_at, head=head, amended=amended)

        try:
            return kept(self._committed, (anchor, made_at, head), settled, _MOST_COMMITTED)
        except StoreError:  # a partial clone does not have what would tell
            return anchor

    def is_absent(self, anchor: Anchor, made_at: str | None, head: str) -> bool:
        """Whether lines of an anchor were born in commits that a branch has and the history of ``head`` has
        not, not even as copies: they are to come, or will never. Told by the commit ``made_at`` where no line
        was committed. No process where nothing is new since the last look."""
        born = {birth.commit for birth in anchor.births if _OBJECT_ID.match(birth.commit)}
        named = born or {one for one in (made_at,) if one and _OBJECT_ID.match(one)}
        if not named:
            return False
        with self._lock:
            found = self._found_in(head, named)
            # What a commit was made of may be there in part: nobody says then that lines are gone.
            formers = self._formers_in(head, found)
            missing = [one for one, there in found.items() if there is None or one in formers]
        return any(link.today == link.commit for link in self.today_of(missing).values())

    def look_at(self, commits: Iterable[str], head: str) -> None:
        """Find out about many commits at once what ``settled`` will ask about each: one process for all."""
        named = {one for one in commits if _OBJECT_ID.match(one)}
        if named:
            with self._lock:
                self._copies_in(head, named)

    def _copies_in(self, head: str, commits: set[str]) -> dict[str, str]:
        """Those of ``commits`` that the history of ``head`` has only as a copy, or as what they were made of,
        with that."""
        found = self._found_in(head, commits)
        copies = {one: there for one, there in found.items() if there is not None and there != one}
        return copies | self._formers_in(head, found)

    def _formers_in(self, head: str, found: Mapping[str, str | None]) -> dict[str, str]:
        """Of what was ``found`` in the history of ``head``, the commits that it has only as what they were
        made of, with the last of that."""
        commits = [one for one, there in found.items() if there != one]
        if not commits:
            return {}
        from lsp_server.code import rewrite_journal

        asked_of = (head, rewrite_journal.size(self._core.private), self._core.index.version())
        if self._formers[0] != asked_of:
            self._formers = (asked_of, {})
        known = self._formers[1]
        if new := [one for one in commits if one not in known]:
            from lsp_server.memory.former_commits import formers_in

            last = formers_in(self._core, head, new)
            known.update({one: last.get(one) for one in new})
        return {one: there for one in commits if (there := known[one]) is not None}

    def _found_in(self, head: str, commits: set[str]) -> dict[str, str | None]:
        """What the history of ``head`` has of each of ``commits``: itself, a copy, or None."""
        from lsp_server.code import rewrite_journal

        private = self._core.private
        state = self._known()
        history = state.history(head, rewrite_journal.size(private))
        if new := {one for one in commits if one not in history}:
            from lsp_server.memory.link_look import find, not_reached

            gone = not_reached(self._core.repository.git, new, (head,))
            if gone and self._ask_again(state):
                gone |= commits - new - history.keys()
            history.update({one: None if one in gone else one for one in new})
            if gone:
                found = find(self._core, sorted(gone), (head,), state)
                history.update({one: became.today for one, became in found.items()})
            link_state.store(private, state)
        return {one: history[one] for one in commits}

    def _ask_again(self, state: LinkState) -> bool:
        """Where branches moved since the last look, forget now which commits no history had: the look that
        follows would forget what is found out meanwhile, too. Whether that was done."""
        tips = _tips(code_refs(self._core.repository))
        moved = tips not in (state.tips, self._asked_with)
        self._asked_with = tips
        if moved:
            state.ask_again()
        return moved


def _tips(refs: Iterable[CodeRef]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.target for one in refs))
