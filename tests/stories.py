"""A history told in texts: lines marked with ``>`` are what the anchor is on, before and after."""

from __future__ import annotations

from typing import Any

from lsp_server.code.model import Certainty, Located
from lsp_server.code.telling_lines import has_word
from lsp_server.records.anchors import Anchor, CodeRange

LOGIN = """
      import tokens

    > def login(user):
    >     token = tokens.issue(user)
    >     return token

      def logout(user):
          tokens.revoke(user)
"""


def below(*above: str) -> str:
    """``LOGIN`` with lines above it."""
    return "".join(f"      {line}\n" for line in above) + LOGIN.lstrip("\n")


def marked(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its margin of two columns, and the numbers of the lines that have ``>`` in it."""
    lines = text.strip("\n").split("\n")
    if not lines[-1].strip():
        lines.pop()
    margin = min(len(line) - len(line.lstrip(" >")) for line in lines if line.strip())
    edge = min(line.index(">") for line in lines if ">" in line[:margin]) if ">" in text else margin - 2
    numbers = tuple(n for n, line in enumerate(lines, start=1) if line[edge : edge + 1] == ">")
    return "".join(f"{line[edge + 2 :]}\n" for line in lines), numbers


class Story:
    """One anchor, made at the beginning, and what git did since. ``repo`` is a ``Repo`` of tests/code."""

    def __init__(self, repo: Any) -> None:
        self.repo = repo
        self.git = repo.git
        self.anchor: Anchor | None = None
        self.made_at: str | None = None
        self._expected: tuple[str, tuple[int, ...]] = ("", ())

    def begins(self, path: str, text: str, *, committed: bool = True) -> None:
        """The file as it was when somebody made a note on the marked lines."""
        plain, lines = marked(text)
        if not committed:
            self.made_at = self._head()
        self.repo.write(path, plain)
        if committed:
            self.repo.commit("Begin")
            self.made_at = self._head()
        self.anchor = self.repo.anchor(path, lines[0], lines[-1])

    def write(self, path: str, text: str) -> None:
        """Edit a file; the marked lines are where the note belongs now."""
        plain, lines = marked(text)
        self.repo.write(path, plain)
        if lines:
            self._expected = (path, lines)

    def put_above(self, path: str, line: str) -> None:
        """A line more at the top of a file, as it is on disk."""
        self.repo.write(path, f"{line}\n{(self.repo.root / path).read_text()}")

    def commit(self, path: str, text: str, message: str = "Work") -> None:
        """As ``write``, and commit everything."""
        self.write(path, text)
        self.repo.commit(message)

    def shows(self, path: str, text: str, **how: Any) -> None:
        """What git has made of a file, with the note on the marked lines."""
        plain, lines = marked(text)
        assert (self.repo.root / path).read_text() == plain
        self._expected = (path, lines)
        self.holds(**how)

    def holds(self, by: Certainty | None = None) -> None:
        """The note is on exactly the lines that were marked last."""
        located = self.located()
        path, lines = self._expected
        shown = [(one.path, n) for one in located.ranges for n in range(one.start, one.end + 1)]
        assert shown == [(path, n) for n in lines], located
        if by is not None:
            assert located.certainty is by

    def is_stale(self, last: str = "", by: str = "") -> None:
        """None of the lines is left. ``last`` is where they were last, ``by`` what the commit is called that
        took them away."""
        located = self.located()
        assert (located.ranges, located.certainty) == ((), Certainty.STALE)
        if last:
            every = self.repo.files.fates(self._anchor(), self.made_at or "") or ()
            fates = [fate for fate, line in zip(every, self._anchor().text, strict=True) if has_word(line)]
            longest = max(fate.lived for fate in fates if fate)
            final = [fate for fate in fates if fate and fate.lived == longest]
            lines = [fate.last for fate in final]
            assert str(CodeRange(final[0].path, min(lines), max(lines))) == last
            assert self.git("log", "-1", "--format=%s", final[0].gone or "") == by

    def is_unknown(self) -> None:
        """Nobody can say here: history is cut."""
        located = self.located()
        assert (located.ranges, located.certainty) == ((), Certainty.UNKNOWN)

    def located(self) -> Located:
        return self.repo.files.find(self._anchor(), made_at=self.made_at)

    def _anchor(self) -> Anchor:
        assert self.anchor is not None
        return self.anchor

    def _head(self) -> str | None:
        return self.repo.files.head()
