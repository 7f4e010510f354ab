"""Lines that left their file: looked for by their text in every other file of the repository."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from lsp_server.code.file_today import FileToday
from lsp_server.code.git import OFFLINE, GitRunner, decode_path
from lsp_server.code.model import Located
from lsp_server.code.past import Left
from lsp_server.code.telling_lines import has_word, word_characters
from lsp_server.errors import GitMemoryError
from lsp_server.records.anchors import Anchor
from lsp_server.records.telling import telling_line

_MOST_FILES = 8  # that have the telling line: with more of them it tells nothing
# Letters and digits that a text needs: what was cut here and pasted there at once, and what came back later,
# which may as well be another text that says the same.
_TELLING_AT_ONCE = 20
_TELLING_LATER = 40
_MOST_NOWHERE = 4096  # lost anchors, of all the commits that HEAD was at
_TRUSTED = 60.0  # seconds that "it is nowhere" is believed for
# Names only, of the text as it is: also of what an attribute calls binary.
_LISTING = ("-l", "-z", "-a", "-F", "--full-name", "--no-color", "--no-recurse-submodules")


class Files(Protocol):
    """What is asked of the code's files."""

    def today(self, path: str, lines: Sequence[str] | None = None, *, commit: str | None = None) -> FileToday:
        """All that locating in a file needs."""
        ...

    def locate(self, anchor: Anchor, today: FileToday, *, made_at: str | None = None) -> Located:
        """Where an anchor is in it."""
        ...


class Elsewhere:
    """Finds moved text by one ``git grep``. That it is nowhere is remembered for a minute, or until
    something is found that moved."""

    def __init__(self, runner: GitRunner, files: Files, *, is_bare: bool) -> None:
        self._runner = runner
        self._files = files
        self._is_bare = is_bare
        self._nowhere: dict[tuple[str, Anchor, str], float] = {}
        self._now: Callable[[], float] = time.monotonic

    def find(
        self,
        anchor: Anchor,
        head: str,
        made_at: str | None,
        left: Left | None,
        buffers: Mapping[str, Sequence[str]],
    ) -> Located | None:
        """The one place outside of its own file that an anchor's whole text has come to when it left that
        file, or later; None where there is none or where there are several. A text that was there before is
        a copy, and no move. ``buffers`` are the lines of files that differ from what is on disk."""
        key = (head, anchor, "")
        if anchor.symbol and (moved := self._symbols(anchor, head, left, buffers, is_whole=True)):
            return moved[0] if len(moved) == 1 else None

        def look(today: FileToday) -> tuple[Located, Sequence[int]]:
            located = self._files.locate(anchor, today, made_at=made_at)
            return located, [n for one in located.ranges for n in range(one.start, one.end + 1)]

        found = self._found(key, left, buffers, look)
        return found[0] if len(found) == 1 else None

    def has_symbol(self, anchor: Anchor, head: str, left: Left | None) -> bool:
        """Whether a symbol with the name of an anchor's, and with the line that tells most of it, came to
        another file, as that is on disk, when the anchor's left its own, or later."""
        return bool(self._symbols(anchor, head, left, {}, is_whole=False))

    def _symbols(
        self,
        anchor: Anchor,
        head: str,
        left: Left | None,
        buffers: Mapping[str, Sequence[str]],
        *,
        is_whole: bool,
    ) -> list[Located]:
        from lsp_server.code.symbol_locating import in_other_file

        # That its name came tells that it came: of another one after the same pattern the rest may be older.
        key = (head, anchor, "symbol" if is_whole else "name")
        return self._found(key, left, buffers, partial(in_other_file, anchor, is_whole=is_whole))

    def _found(
        self,
        key: tuple[str, Anchor, str],
        left: Left | None,
        buffers: Mapping[str, Sequence[str]],
        look: Callable[[FileToday], tuple[Located, Sequence[int]] | None],
    ) -> list[Located]:
        """What ``look`` finds, in whole, in the other files that the anchor's text has come to, where also
        the lines that it names came; none also where one of the files cannot be looked at."""
        head, anchor, _ = key
        line = telling_line(anchor.text)
        if line is None or left is None:
            return []
        if not buffers and self._now() - self._nowhere.get(key, -_TRUSTED) < _TRUSTED:
            return []
        paths = {path for path in self._with_line(line, head) if path not in buffers}
        paths |= {path for path, lines in buffers.items() if line in lines}
        paths.discard(anchor.range.path)
        found = []
        for path in sorted(paths) if len(paths) <= _MOST_FILES else ():
            try:
                today = self._files.today(path, buffers.get(path), commit=head)
                seen = look(today)
            except GitMemoryError:  # a file that cannot be read, or that this clone does not have
                return []
            if seen is None:
                continue
            located, lines = seen
            if located.ranges and located.survived == located.total and _came(located, lines, today, left):
                found.append(located)
        if len(found) == 1:
            self._nowhere.clear()
        elif not buffers:
            if len(self._nowhere) >= _MOST_NOWHERE:
                self._nowhere.clear()
            self._nowhere[key] = self._now()
        return found

    def _with_line(self, line: str, head: str) -> list[str]:
        command = [*OFFLINE, "grep", *_LISTING]
        command += ["-e", line, head] if self._is_bare else ["--untracked", "-e", line]
        try:
            listed = self._runner.run(command)
        except GitMemoryError:  # how git says that nothing was found, too
            return []
        paths = [decode_path(path) for path in listed.split(b"\0") if path]
        return [path.removeprefix(f"{head}:") for path in paths] if self._is_bare else paths


def _came(located: Located, lines: Sequence[int], today: FileToday, left: Left) -> bool:
    """Whether lines came to a file when, or after, what is ``located`` there left another."""
    text = [line for one in located.ranges for line in today.lines[one.start - 1 : one.end]]
    told = [today.from_head.to_old(n) for n in lines if has_word(today.lines[n - 1])]
    births = [None if at is None else today.births.run_of(at) for at in told]
    commits = [None if run is None else run.birth.commit for run in births if run is None or run.known]
    if not told or len(commits) < len(told):
        return False  # history is cut here
    if left.since is None or left.at_once is None:  # from the work tree, so it came there, too
        return set(commits) == {None} and word_characters(text) >= _TELLING_AT_ONCE
    if all(commit in left.at_once for commit in commits):
        return word_characters(text) >= _TELLING_AT_ONCE
    later = all(commit is None or commit in left.since for commit in commits)
    return later and sum(has_word(line) for line in text) > 1 and word_characters(text) >= _TELLING_LATER
