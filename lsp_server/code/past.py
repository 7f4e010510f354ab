"""What the commits between an anchor's making and HEAD say about its lines. Asked only where births fail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

from lsp_server.code.blame import FileBirths
from lsp_server.code.following import Fate, History
from lsp_server.code.git import (
    OFFLINE,
    GitRunner,
    commit_id,
    commits_since,
    committed_file,
    contents,
    is_cut,
    merge_bases,
    tree_entry,
)
from lsp_server.code.kept import kept
from lsp_server.code.surroundings import Surroundings, Then
from lsp_server.code.telling_lines import has_word
from lsp_server.code.text import text_lines
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, CodeRange

_KEPT = 256  # answers of one kind
_BIRTHS_READ = 4  # of one anchor, for what stood around it then
_FOLLOWED_LINES = 2000  # of one anchor: each is taken through every change of its file


class Left(NamedTuple):
    """When lines left their file: with one of the commits ``at_once`` (of a merged branch there are many),
    and ``since`` are those and all that came later. None: they are only gone from the work tree."""

    at_once: frozenset[str] | None = None
    since: frozenset[str] | None = None


class Past:
    """Keeps what it found out: commits do not change. Raises nothing; what cannot be told is None.

    ``births`` gives the births of a path's lines at a commit.
    """

    def __init__(self, runner: GitRunner, births: Callable[[str, str], FileBirths]) -> None:
        self._runner = runner
        self._births = births
        self._history: History | None = None
        self._texts: dict[tuple[str, str], tuple[str, ...] | None] = {}
        self._surroundings: dict[tuple[str, str], Surroundings] = {}
        self._since: dict[tuple[str, str], frozenset[str] | None] = {}
        self._files: dict[tuple[str, str], bool] = {}
        self._cut: dict[str, bool] = {}
        self._ancestors: dict[tuple[str, frozenset[str]], bool] = {}

    def history(self, head: str) -> History:
        """The ways to ``head``; only the last one asked for is kept."""
        history = self._history
        if history is None or history.head != head:
            history = self._history = History(self._runner, head)
        return history

    def fates(
        self, anchor: Anchor, head: str, made_at: str, path: str | None = None
    ) -> tuple[Fate | None, ...] | None:
        """What became of each line of an anchor that was made at ``made_at``, commit by commit up to
        ``head``: None for a line that was not committed. With ``path``: only if the file is called that
        at ``head``."""
        trail = self.history(head).trail(made_at, anchor.range.path)
        if trail is None or (path is not None and trail.path != path):
            return None
        lines = self._lines_then(anchor, made_at)
        if lines is None:
            return None
        return tuple(None if line is None else trail.fate(line) for line in lines)

    def path_today(self, path: str, since: str, head: str) -> str | None:
        """The name at ``head`` of the file that was at ``path`` in ``since``; None when it is gone."""
        trail = self.history(head).trail(since, path)
        return None if trail is None or self.text(since, path) is None else trail.path

    def last(self, anchor: Anchor, head: str, made_at: str) -> tuple[CodeRange, str] | None:
        """Where the last of an anchor's lines was, and the commit that took it away, "" where ``head`` has it
        still; None when nobody can tell."""
        told = self._told(anchor, head, made_at)
        left = [(fate.path, fate.line) for fate in told if fate.line]
        gone = ""
        if not left:
            longest = max((fate.lived for fate in told), default=0)
            final = [fate for fate in told if fate.lived == longest]
            left = [(fate.path, fate.last) for fate in final]
            gone = final[0].gone or "" if final else ""
        lines = [line for _, line in left]
        return (CodeRange(left[0][0], min(lines), max(lines)), gone) if left else None

    def _told(self, anchor: Anchor, head: str, made_at: str) -> list[Fate]:
        """What became of the lines that are more than blanks and brackets, as far as that is known."""
        fates = self.fates(anchor, head, made_at) or ()
        told = [fate for fate, line in zip(fates, anchor.text, strict=False) if fate and has_word(line)]
        # A symbol that is gone left with the lines that went, though another one written after the same
        # pattern may stand on those that stayed.
        return [fate for fate in told if fate.gone] or told if anchor.symbol else told

    def left(self, anchor: Anchor, head: str, made_at: str | None) -> Left | None:
        """When an anchor's lines left their file; None when nobody can tell. Blank lines and brackets that
        stay are nothing that was anchored."""
        if not anchor.is_committed:
            return Left()
        told = self._told(anchor, head, made_at) if made_at else []
        gone = [fate for fate in told if fate.gone and fate.before]
        if len(gone) < len(told):
            return Left()
        if not gone:
            return None
        last = max(gone, key=lambda fate: fate.lived)  # as long as one was there, the others were not moved
        if last.gone is None or last.before is None:
            return None
        at_once, since = self.younger(last.gone, last.before), self.younger(head, last.before)
        return None if at_once is None or since is None else Left(at_once, since)

    def _lines_then(self, anchor: Anchor, made_at: str) -> list[int | None] | None:
        """The numbers that an anchor's lines had in the commit it was made at: those it names, unless the
        work tree's file was another one. None for a line that was not committed."""
        _, start, end = anchor.range
        then = self.text(made_at, anchor.range.path)
        if then is None or end - start >= _FOLLOWED_LINES:
            return None
        born_in = frozenset(birth.commit for birth in anchor.births)
        # The numbers are the work tree's. In the commit another line of the same text may have had them: if
        # the file was edited above, or if history was rewritten and the line was lost.
        if (
            born_in
            and anchor.is_committed
            and then[start - 1 : end] == anchor.text
            and not self.was_repeated(anchor, made_at)
            and self._is_history_of(born_in, made_at)
        ):
            return list(range(start, end + 1))
        try:
            births = self._births(anchor.range.path, made_at)
        except StoreError:
            return None
        lines: list[int | None] = []
        for birth in anchor.line_births:
            found = list(births.lines_born(birth.commit, birth.path, birth.start))
            lines.append(found[0] if len(found) == 1 else None)
        return lines if len(lines) == end - start + 1 else None

    def _is_history_of(self, commits: frozenset[str], made_at: str) -> bool:
        """Whether a commit has all of these in its history; True where that is cut, as far as is known."""
        older = commits - {made_at}
        return not older or kept(
            self._ancestors, (made_at, older), lambda: self._has_all(older, made_at), _KEPT
        )

    def _has_all(self, commits: frozenset[str], made_at: str) -> bool:
        command = [*OFFLINE, "rev-list", "--max-count=1", *sorted(commits), f"^{made_at}", "--"]
        try:
            return not self._runner.run(command)
        except StoreError:  # they are not here
            return self.is_cut(made_at)

    def was_repeated(self, anchor: Anchor, made_at: str) -> bool:
        """Whether an anchor's text stood several times in its file when it was made."""
        then = self.text(made_at, anchor.range.path) or ()
        length, first = len(anchor.text), anchor.text[:1]
        places = [at for at in range(len(then)) if then[at : at + 1] == first]
        return sum(then[at : at + length] == anchor.text for at in places) > 1

    def texts_then(self, anchor: Anchor, made_at: str | None) -> list[Sequence[str]] | None:
        """An anchor's file as it was when the anchor was made; where its lines were not committed then, as it
        was when they were. None where nobody can tell."""
        then = None if made_at is None else self.text(made_at, anchor.range.path)
        if not anchor.is_committed:
            # Nobody has that text. What is known of it is which of these lines stood there once.
            own = None if anchor.beside is None else anchor.beside.own
            if own is None:
                return None
            others = [line for at, line in enumerate(anchor.text, start=1) if at not in own]
            return [[*others, *others], *([] if then is None else [then])]
        if then is not None and all(line in then for line in anchor.text):
            return [then]
        texts = [self.text(commit, path) for commit, path in {birth[:2] for birth in anchor.births}]
        here = [text for text in texts if text is not None]
        return None if len(here) < len(texts) or not here else [*here, *([] if then is None else [then])]

    def then(self, anchor: Anchor, made_at: str | None) -> Then | None:
        """The text that an anchor's lines stood in when it was made, or, where no commit had that, when they
        were born; None where neither has them all."""
        path, start, end = anchor.range
        if made_at is None or not anchor.is_committed or end - start + 1 != len(anchor.text):
            return None
        then = self._standing(anchor, made_at, path, start)
        above = 0
        for birth in anchor.births[:_BIRTHS_READ] if then is None else ():
            then = then or self._standing(anchor, birth.commit, birth.path, birth.start - above)
            above += birth.end - birth.start + 1
        return then

    def _standing(self, anchor: Anchor, commit: str, path: str, start: int) -> Then | None:
        text = self.text(commit, path) if start > 0 else None
        if text is None or text[start - 1 : start - 1 + len(anchor.text)] != anchor.text:
            return None
        return Then(kept(self._surroundings, (commit, path), lambda: Surroundings(text, path), _KEPT), start)

    def read_at_once(self, files: Collection[tuple[str, str]]) -> None:
        """Have the ``text`` of files (commit, path) with one process for all that were not asked for yet.
        Files that are equal share their lines."""
        wanted = [file for file in dict.fromkeys(files) if file not in self._texts][:_KEPT]
        try:
            found = contents(self._runner, [f"{commit}:{path}" for commit, path in wanted])
        except StoreError:
            return
        lines = {blob: text_lines(content) for blob, content in found.values()}
        for commit, path in wanted:
            blob, _ = found.get(f"{commit}:{path}", ("", b""))
            kept(self._texts, (commit, path), partial(lines.get, blob), _KEPT)

    def text(self, commit: str, path: str) -> tuple[str, ...] | None:
        """The lines of a file in a commit; None where it is no text file there, or not here."""
        return kept(self._texts, (commit, path), lambda: self._read(commit, path), _KEPT)

    def _read(self, commit: str, path: str) -> tuple[str, ...] | None:
        try:
            return text_lines(committed_file(self._runner, commit, path))
        except StoreError:
            return None

    def is_file(self, commit: str, path: str) -> bool:
        """Whether a commit has a file at a path."""
        return kept(self._files, (commit, path), lambda: self._has(commit, path), _KEPT)

    def _has(self, commit: str, path: str) -> bool:
        try:
            entry = tree_entry(self._runner, commit, path)
        except StoreError:
            return False
        return entry is not None and entry.is_file

    def is_cut(self, head: str) -> bool:
        """Whether the history of ``head`` is not all here: the clone is shallow or partial."""
        return kept(self._cut, head, lambda: is_cut(self._runner), _KEPT)

    def younger(self, head: str, made_at: str) -> frozenset[str] | None:
        """The commits in the history of ``head`` that were not in that of ``made_at``."""
        return kept(self._since, (head, made_at), lambda: self._commits_since(head, made_at), _KEPT)

    def _commits_since(self, head: str, made_at: str) -> frozenset[str] | None:
        try:
            return commits_since(self._runner, head, made_at)
        except StoreError:
            return None

    def touched(self, head: str, since: str | None, path: str) -> list[tuple[str, str]]:
        """The commits up to ``head`` that changed the file which was at ``path`` in ``since``, the oldest
        first, each with the name that it has there. ``since`` may be on another branch, or None: then from
        the first commit on, that one included."""
        history = self.history(head)
        start = None if since is None else self._common(since, head)
        if since is not None and start is None and not self._is_here(since):
            return []
        begin = start or history.first()
        trail = None if begin is None else history.trail(begin, path)
        if trail is None or begin is None:
            return []
        names = [name for name, _ in trail.steps[1:]] + [trail.path]
        found = [(name, step.commit) for name, (_, step) in zip(names, trail.steps, strict=False) if name]
        return found if start else [(path, begin), *found]

    def _is_here(self, commit: str) -> bool:
        try:
            return commit_id(self._runner, commit) is not None
        except StoreError:
            return False

    def _common(self, one: str, other: str) -> str | None:
        try:
            commit = commit_id(self._runner, one)
        except StoreError:
            return None
        return next(iter(merge_bases(self._runner, commit, other)), None) if commit else None
