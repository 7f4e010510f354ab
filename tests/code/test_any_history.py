"""Histories that nobody thought of: edits at random, and each anchor checked against what is known of them.

The history is made as lists of lines that know who they are, so it is known which line is which. Where lines
are equal and only git can say which of them stayed, they are taken along by ``git diff`` from commit to
commit, which shares nothing with how anchors are found first: by blame, from the end.
"""

from __future__ import annotations

import os
import re
import subprocess
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lsp_server.code.file_view import CodeFiles
from lsp_server.code.model import Certainty
from lsp_server.records.anchors import CodeRange
from lsp_server.store.git_process import Git, clean_environment

EXAMPLES = 200 if os.environ.get("GIT_MEMORY_STRESS") else 12
REPEATED = ("", "}", "    }", "    return value", "    check(user)", "else:")


LIMITS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="GIT_MEMORY_STRESS" not in os.environ,
    # Each history takes a tenth of a second, and shrinking makes hundreds.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Line(NamedTuple):
    """One line that knows who it is, whatever stands on it."""

    who: int
    text: str


class Edit(NamedTuple):
    """Lines replaced by others, at a share of the file's length."""

    at: float
    removed: int
    added: int


class Change(NamedTuple):
    """One commit: edits of the file, or another name for it; or edits of its two halves on two branches."""

    edits: tuple[Edit, ...]
    others: tuple[Edit, ...]
    renames: bool


EDITS = st.lists(
    st.builds(Edit, st.floats(0, 1), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=3
).map(tuple)
CHANGES = st.lists(
    st.one_of(
        st.builds(Change, EDITS, st.just(()), st.just(False)),
        st.builds(Change, EDITS, EDITS, st.just(False)),
        st.just(Change((), (), True)),
    ),
    min_size=1,
    max_size=7,
)


class History:
    """A bare repository with one file, written by one ``git fast-import``."""

    def __init__(self, root: Path, changes: list[Change], *, repeated: bool) -> None:
        self.root = root
        self.names = count(1)
        self.repeated = repeated
        self.states: list[tuple[str, list[Line]]] = [("a.py", self._new(30))]
        self.stream = [b"reset refs/heads/main\n"]
        self._commit("main", self.states[-1], mark=1)
        self.marks = [1]
        for number, change in enumerate(changes):
            self._make(number, change)
        subprocess.run(["git", "init", "-q", "--bare", str(root)], check=True)
        self.git = Git(root, clean_environment(os.environ))
        self.git.run(["fast-import", "--quiet", "--export-marks=marks"], stdin=b"".join(self.stream))
        by_mark = dict(line.split() for line in (root / "marks").read_text().splitlines())
        self.commits = [by_mark[f":{mark}"] for mark in self.marks]
        self.code = CodeFiles(self.git, None, self.commits[-1])

    def _new(self, length: int) -> list[Line]:
        numbers = [next(self.names) for _ in range(length)]
        return [
            Line(
                n,
                REPEATED[n % 17 % len(REPEATED)]
                if self.repeated and n % 3
                else f"    line({n}, of_the_file)",
            )
            for n in numbers
        ]

    def _make(self, number: int, change: Change) -> None:
        path, lines = self.states[-1]
        before, mark = self.marks[-1], 10 * number + 10
        if change.renames:
            path = f"b{number}.py"
            self._commit("main", (path, lines), mark=mark, parents=(before,), old=self.states[-1][0])
        elif not change.others:
            lines = self._edited(lines, change.edits)
            self._commit("main", (path, lines), mark=mark, parents=(before,))
        else:
            half = len(lines) // 2
            top = self._edited(lines[: half - 3], change.edits)
            bottom = self._edited(lines[half + 3 :], change.others)
            middle = lines[max(half - 3, 0) : half + 3]
            ours, theirs = top + middle + lines[half + 3 :], lines[: max(half - 3, 0)] + middle + bottom
            lines = top + middle + bottom
            self._commit("main", (path, ours), mark=mark + 1, parents=(before,))
            self._commit("side", (path, theirs), mark=mark + 2, parents=(before,))
            self._commit("main", (path, lines), mark=mark, parents=(mark + 1, mark + 2))
        self.states.append((path, lines))
        self.marks.append(mark)

    def _edited(self, lines: list[Line], edits: tuple[Edit, ...]) -> list[Line]:
        edited = list(lines)
        for edit in edits:
            at = int(edit.at * len(edited))
            edited[at : at + edit.removed] = self._new(edit.added)
        return edited

    def _commit(
        self,
        branch: str,
        state: tuple[str, list[Line]],
        *,
        mark: int,
        parents: tuple[int, ...] = (),
        old: str | None = None,
    ) -> None:
        path, lines = state
        data = "".join(f"{line.text}\n" for line in lines).encode()
        self.stream.append(
            f"commit refs/heads/{branch}\nmark :{mark}\n"
            f"committer A <a@example.org> {1_700_000_000 + mark} +0000\ndata 1\nx\n".encode()
        )
        for word, parent in zip(("from", "merge"), parents, strict=False):
            self.stream.append(f"{word} :{parent}\n".encode())
        if old is not None:
            self.stream.append(f"D {old}\n".encode())
        self.stream.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")

    def followed(self, index: int) -> dict[int, int]:
        """Where the lines of a state are at the end, by their number then: taken along by ``git diff``."""
        numbers = list(range(1, len(self.states[index][1]) + 1))
        for old, new in zip(self.commits[index:], self.commits[index + 1 :], strict=False):
            hunks = re.findall(
                rb"(?m)^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@", self.git.run(["diff", "-U0", old, new])
            )
            for start, removed, added in reversed([[int(n or 1) for n in hunk] for hunk in hunks]):
                first = start - 1 if removed else start
                numbers[first : first + removed] = [0] * added
        return {number: at for at, number in enumerate(numbers, start=1) if number}


def shown(located):
    return {n for one in located.ranges for n in range(one.start, one.end + 1)}


def anchored(history, data):
    """Some anchors made anywhere in a history: the number of the state each is made at, the anchor, and where
    it is found at the end."""
    for _ in range(6):
        index = data.draw(st.integers(0, len(history.states) - 1), label="made at")
        path, then = history.states[index]
        if not then:
            continue
        start = data.draw(st.integers(1, len(then)), label="first line")
        end = data.draw(st.integers(start, min(len(then), start + 6)), label="last line")
        made_at = history.commits[index]
        anchor = history.code.at(made_at).anchor(CodeRange(path, start, end))
        yield index, anchor, history.code.find(anchor, made_at=made_at)


@pytest.fixture
def folders(tmp_path):
    return (tmp_path / str(n) for n in count())


@given(CHANGES, st.data())
@LIMITS
def test_every_line_that_is_left_is_found_and_no_other(folders, changes, data):
    history = History(next(folders), changes, repeated=False)
    path, now = history.states[-1]
    today = {line.who: number for number, line in enumerate(now, start=1)}
    for index, anchor, located in anchored(history, data):
        _, start, end = anchor.range
        then = history.states[index][1][start - 1 : end]
        left = {today[line.who] for line in then if line.who in today}
        assert shown(located) == left
        assert {one.path for one in located.ranges} <= {path}
        assert (located.certainty is Certainty.STALE) == (not left)


@given(CHANGES, st.data())
@LIMITS
def test_of_equal_lines_the_one_is_found_that_git_follows_forwards(folders, changes, data):
    history = History(next(folders), [one for one in changes if not one.renames], repeated=True)
    _, now = history.states[-1]
    texts = [line.text for line in now]
    for index, anchor, located in anchored(history, data):
        by_git = history.followed(index)
        left = {by_git[n] for n in range(anchor.range.start, anchor.range.end + 1) if n in by_git}
        lines = shown(located)
        if located.certainty is Certainty.TEXT:  # taken out and put back: the whole text, around what is left
            assert [texts[n - 1] for n in sorted(lines)] == list(anchor.text)
            assert left <= lines
        elif lines:
            assert lines == left
        else:
            assert not any(map(str.isalnum, "".join(texts[n - 1] for n in left)))
