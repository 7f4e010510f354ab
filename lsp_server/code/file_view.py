"""``CodeFiles``: where anchors are in the files of the user's code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.code.blame import blame
from lsp_server.code.elsewhere import Elsewhere
from lsp_server.code.file_today import FileToday
from lsp_server.code.following import Fate
from lsp_server.code.git import (
    GitRunner,
    commit_id,
)
from lsp_server.code.history import renamed_to
from lsp_server.code.kept import kept
from lsp_server.code.locating import locate
from lsp_server.code.model import Certainty, Located
from lsp_server.code.past import Past
from lsp_server.code.reading import CodeReader
from lsp_server.code.surroundings import Then
from lsp_server.errors import StoreError, UsageError
from lsp_server.records.anchors import UNCOMMITTED, Anchor, Birth, CodeRange

if TYPE_CHECKING:
    from lsp_server.code.whole_places import WholePlaces

_BIRTHS_KEPT = 4096

Rewritten = Callable[[Anchor, "str | None", str], "tuple[Anchor, str | None]"]
"""Takes an anchor and the commit it was made at to the history of a commit (a full id)."""
Absent = Callable[[Anchor, "str | None", str], bool]
"""Whether an anchor, made at a commit, is on lines that only other branches have, seen from a commit."""


class CodeFiles(CodeReader):
    """The files of the user's code (see ``CodeReader``), and where anchors are in them."""

    def __init__(self, runner: GitRunner, root: Path | None, commit: str | None = None) -> None:
        """As for ``CodeReader``."""
        super().__init__(runner, root, commit)
        self._settled_births: dict[Birth, tuple[Birth, ...]] = {}
        self._past = Past(runner, lambda path, commit: self.births(path, commit=commit))
        self._elsewhere = Elsewhere(runner, self, is_bare=root is None)
        self.rewritten: Rewritten | None = None
        """What to ask about commits that are not in the history looked at: it may have copies of them."""
        self.absent: Absent | None = None
        """What to ask about an anchor of which nothing is found."""

    def at(self, commit: str) -> CodeFiles:
        """The files as a commit (its full id) has them, whatever is on disk: a path means that commit's."""
        files = CodeFiles(self._runner, None, commit)
        files.rewritten, files.absent = self.rewritten, self.absent
        return files

    def is_file(self, path: str, *, commit: str | None) -> bool:
        """Whether a commit has a file at a path. Kept: at most one process."""
        return commit is not None and self._past.is_file(commit, path)

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit; None where it has none, or is not here."""
        return commit_id(self._runner, f"{commit}^")

    def commits_since(self, old: str, commit: str) -> frozenset[str] | None:
        """The commits in the history of ``commit`` that are not in that of ``old``; None where it is not
        here."""
        return self._past.younger(commit, old)

    def then(self, anchor: Anchor, made_at: str | None) -> Then | None:
        """The text that an anchor's lines stood in at ``made_at``, the code commit it was made at; None where
        that is not known."""
        return self._past.then(anchor, made_at)

    def read_at_once(self, anchors: Iterable[tuple[Anchor, str | None]], today: FileToday) -> None:
        """Get ready for ``then`` and ``locate``: read with one process what the anchors stood in at the
        commits they were made at, where one of their lines tells nothing by itself."""
        self._past.read_at_once(
            [
                (made_at, anchor.range.path)
                for anchor, made_at in anchors
                if made_at is not None and not today.tell_alone(anchor.text)
            ]
        )

    def touched(self, path: str, since: str | None, commit: str) -> list[tuple[str, str]]:
        """The commits up to ``commit`` that changed the file which was at ``path`` in ``since`` (None:
        when history began), the oldest first: (the name the file has in it, commit)."""
        return self._past.touched(commit, since, path)

    def locate(
        self, anchor: Anchor, today: FileToday, *, made_at: str | None = None, is_its_file: bool | None = None
    ) -> Located:
        """Where an anchor is in ``today``. ``made_at`` is the code commit it was made at, if known.

        A whole file or folder is where git says, whatever file ``today`` is. A symbol is told by its name,
        and by its lines where the name is not enough; ``is_its_file`` says whether ``today`` is the file it
        was made on, maybe renamed since (None: to be found out).
        """
        if anchor.range.is_whole:
            return self._locate_whole(anchor, made_at, today.births.commit)
        located = self._locate_in(anchor, today, made_at, is_its_file)
        return self._or_absent(located, anchor, made_at, today.births.commit or self.head())

    def _locate_in(
        self, anchor: Anchor, today: FileToday, made_at: str | None, is_its_file: bool | None
    ) -> Located:
        lines = self._locate_lines(anchor, today, made_at)
        if not anchor.symbol:
            return lines
        from lsp_server.code.symbol_locating import locate_symbol

        if is_its_file is None:
            is_its_file = self._is_its_file(anchor, today, made_at)
        commit = today.births.commit

        def here() -> tuple[Anchor, str | None]:
            return (anchor, made_at) if commit is None else self._in_history(anchor, made_at, commit)

        found = locate_symbol(
            anchor, today, lines, is_its_file=is_its_file, then=lambda: self._past.texts_then(*here())
        )
        if found.symbol in ("", anchor.symbol) or commit is None:
            return found
        its, since = here()
        if not self._elsewhere.has_symbol(its, commit, self._past.left(its, commit, since)):
            return found
        return Located((), Certainty.STALE, 0, found.total)  # what has its lines came in its place

    def _locate_whole(self, anchor: Anchor, made_at: str | None, head: str | None) -> Located:
        if head is not None:
            anchor, made_at = self._in_history(anchor, made_at, head)
        located = self._whole_places.locate(anchor.range, made_at, head)
        return self._or_absent(located, anchor, made_at, head)

    def _or_absent(self, located: Located, anchor: Anchor, made_at: str | None, head: str | None) -> Located:
        if located.certainty is not Certainty.STALE or self.absent is None or head is None:
            return located
        if not self.absent(anchor, made_at, head):
            return located
        return replace(located, certainty=Certainty.ABSENT, last=None, gone_by="")

    @cached_property
    def _whole_places(self) -> WholePlaces:
        from lsp_server.code.whole_places import WholePlaces

        return WholePlaces(self._runner, self._root)

    def _is_its_file(self, anchor: Anchor, today: FileToday, made_at: str | None = None) -> bool:
        path, commit = anchor.range.path, today.births.commit
        if path == today.path:
            return True
        if any(name == path for _, name in today.births.keys):
            return not self.is_file(path, commit=commit)
        # Of a file of which every line was rewritten since, only git's renames know.
        return made_at is not None and self.path_today(path, made_at, commit=commit) == today.path

    def _locate_lines(self, anchor: Anchor, today: FileToday, made_at: str | None) -> Located:
        """Costs nothing where births find every line. Otherwise git is asked (and the answers kept)
        whether the births were those of a clone with cut history, what became of the lines commit by
        commit, and what came since ``made_at``.
        """
        located = locate(anchor, today, then=partial(self._past.then, anchor, made_at))
        if _is_whole(located) or today.births.commit is None:
            return located
        head = today.births.commit
        anchor, made_at = self._in_history(anchor, made_at, head)
        settled = self._settled(anchor)
        then = partial(self._past.then, anchor, made_at)
        located = locate(settled, today, then=then)
        if _is_whole(located):
            return located
        fates = self._past.fates(anchor, head, made_at, today.path) if made_at else None
        if made_at is not None:
            followed = [None if fate is None else fate.line or 0 for fate in fates] if fates else None
            younger, was_repeated = None, False
            if anchor.text and today.blocks_of(anchor.text):  # else neither is looked at
                left = None if fates is None else self._past.left(anchor, head, made_at)
                # What stands there since before the lines went is another text that says the same.
                younger = left.since if left and left.since else self._past.younger(head, made_at)
                uncommitted = any(birth.commit == UNCOMMITTED for birth in anchor.births)
                was_repeated = not uncommitted and self._past.was_repeated(anchor, made_at)
            located = locate(
                settled, today, younger=younger, followed=followed, was_repeated=was_repeated, then=then
            )
        if located.certainty is Certainty.STALE and fates is None and self._past.is_cut(head):
            return replace(located, certainty=Certainty.UNKNOWN)  # what became of them is not to be seen here
        return located

    def find(self, anchor: Anchor, *, made_at: str | None = None) -> Located:
        """Where an anchor is today: in its file, under the name that this was given since, or else in
        the one other file that has its text. ``made_at`` as for ``locate``. ``UNKNOWN`` also where a file
        that would tell is not in this clone, or cannot be read."""
        commit = self.head()
        if anchor.range.is_whole:
            return self._locate_whole(anchor, made_at, commit)
        try:
            return self._find_lines(anchor, made_at, commit)
        except (StoreError, UsageError):
            return Located((), Certainty.UNKNOWN, 0, anchor.range.end - anchor.range.start + 1)

    def _find_lines(self, anchor: Anchor, made_at: str | None, commit: str | None) -> Located:
        path = anchor.range.path
        located = self.locate(anchor, self.today(path, commit=commit), made_at=made_at)
        if located.ranges or made_at is None or commit is None:
            return located
        # Step by step, or, where the commits between are not all here, from one end to the other.
        now = self.path_today(path, made_at, commit=commit)
        is_told = now is not None
        now = now or renamed_to(self._runner, path, made_at, commit)
        if now is not None and now != path:
            today = self.today(now, commit=commit)
            # From one end to the other a copy of a file that is gone looks as if it were that file.
            if is_told or self._is_its_file(anchor, today):
                renamed = self.locate(anchor, today, made_at=made_at, is_its_file=True)
                if renamed.ranges:
                    return renamed
        found = self.elsewhere(anchor, commit=commit, made_at=made_at)
        return found or self._ended(located, anchor, made_at, commit)

    def _ended(self, located: Located, anchor: Anchor, made_at: str, commit: str) -> Located:
        if located.certainty is not Certainty.STALE:
            return located
        anchor, today = self._in_history(anchor, made_at, commit)
        last = self._past.last(anchor, commit, today or made_at)
        return located if last is None else replace(located, last=last[0], gone_by=last[1])

    def elsewhere(
        self,
        anchor: Anchor,
        *,
        commit: str | None = None,
        made_at: str | None = None,
        buffers: Mapping[str, Sequence[str]] | None = None,
    ) -> Located | None:
        """Where an anchor is that is not in its own file any more: the one other file that has its whole
        text in one place. ``buffers`` are lines of files that are not on disk so. None where there is no
        such file, or several. Looks through the work tree (HEAD's files when bare) with one process."""
        commit = commit or self.head()
        if commit is None:
            return None
        anchor, made_at = self._in_history(anchor, made_at, commit)
        left = self._past.left(anchor, commit, made_at)
        return self._elsewhere.find(anchor, commit, made_at, left, buffers or {})

    def path_today(self, path: str, since: str, *, commit: str | None = None) -> str | None:
        """The name that a file has at ``commit`` which was at ``path`` in the older commit ``since``; None
        when it is not there any more, or nobody can tell."""
        commit = commit or self.head()
        if commit is None:
            return None
        _, today = self._in_history(Anchor(CodeRange(path, 0, 0)), since, commit)
        return self._past.path_today(path, today or since, commit)

    def former_names(self, path: str, commit: str, since: frozenset[str]) -> tuple[str, ...]:
        """The names that a file had before, as git's renames tell (see ``WholePlaces``)."""
        return self._whole_places.former_names(path, commit, since)

    def fates(
        self, anchor: Anchor, made_at: str, *, commit: str | None = None
    ) -> tuple[Fate | None, ...] | None:
        """What became of each line of an anchor, commit by commit up to ``commit``, in whatever file: None
        for a line that was not committed at ``made_at``, None as a whole where nobody can tell."""
        commit = commit or self.head()
        if commit is None:
            return None
        anchor, today = self._in_history(anchor, made_at, commit)
        return self._past.fates(anchor, commit, today or made_at)

    def _in_history(self, anchor: Anchor, made_at: str | None, head: str) -> tuple[Anchor, str | None]:
        """An anchor and the commit it was made at as the history of ``head`` has them."""
        return (anchor, made_at) if self.rewritten is None else self.rewritten(anchor, made_at, head)

    def _settled(self, anchor: Anchor) -> Anchor:
        """The anchor with births as the history here has them: an anchor that was made where history is
        cut names the oldest commit that was there, where its lines were but were perhaps not born."""
        births = tuple(true for birth in anchor.births for true in self._true_births(birth))
        return anchor._replace(births=births)

    def _true_births(self, birth: Birth) -> tuple[Birth, ...]:
        if birth.commit == UNCOMMITTED:
            return (birth,)
        return kept(self._settled_births, birth, lambda: self._blamed_again(birth), _BIRTHS_KEPT)

    def _blamed_again(self, birth: Birth) -> tuple[Birth, ...]:
        try:
            if commit_id(self._runner, birth.commit) is None:
                return (birth,)
            runs = blame(self._runner, birth.commit, birth.path, birth.start, birth.end)
        except StoreError:  # no such line there: a person wrote it, or it was never true
            return (birth,)
        return tuple(run.birth for run in runs)


def _is_whole(located: Located) -> bool:
    return located.certainty is Certainty.BIRTHS and located.survived == located.total
