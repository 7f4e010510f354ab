"""What is known about a file or about lines of it: records, the surest connection first, with evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.left_out import text_there
from lsp_server.memory.linked import named_in, recorded_at
from lsp_server.memory.neighbours import around, begin_around
from lsp_server.memory.placing import file_memory
from lsp_server.memory.results import How, Placed, Reason
from lsp_server.records.anchors import Anchor, CodeRange
from lsp_server.records.labels import label_in_text
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from lsp_server.code.file_today import FileToday
    from lsp_server.code.model import Located

_MOST_MESSAGES = 200  # commits of a file whose messages are read
_AT_COMMIT = (Kind.CHECKPOINT, Kind.DECISION)


class Lines(NamedTuple):
    """The lines that are asked about, 1-based and inclusive."""

    start: int
    end: int

    def meets(self, start: int, end: int) -> bool:
        return start <= self.end and self.start <= end


class FileReasons:
    """What is known about a file (as git names it), or about lines of it, in its state at ``commit`` (None:
    today's). Raises ``UsageError`` for lines that are not there."""

    def __init__(self, core: Core, path: str, lines: Lines | None, commit: str | None) -> None:
        self._core = core
        self._path = path
        self._lines = lines
        self._beside = begin_around(core, commit or core.repository.head_commit(), path)
        self._known = file_memory(core, self._path, None, commit)
        count = len(self._known.lines)
        if lines is not None and not 1 <= lines.start <= lines.end <= count:
            if count == 0 and self._text(commit) is None:
                raise UsageError(f"{self._path} is binary: it has no lines to ask about")
            raise UsageError(_no_such_line(self._path, lines, count))
        self._today: FileToday = core.code.today(self._path, self._known.lines, commit=self._known.commit)

    def __iter__(self) -> Iterator[Reason]:
        """The surest first; a record may come again, for a weaker reason."""
        if self._lines is None:
            yield from self._whole(How.ANCHORED)
        yield from self._anchored()
        yield from self._named()
        yield from self._at_commits()
        if self._lines is not None:
            yield from self._whole(How.FILE)
            yield from self._elsewhere()
        yield from self._stale()
        yield from around(self._core, self._beside, self._former_paths())

    def _text(self, commit: str | None) -> tuple[str, ...] | None:
        if commit is None:
            return text_there(self._core, self._path)
        return self._core.code.head_text(self._path, commit=commit)

    def _former_paths(self) -> tuple[str, ...]:
        """The file's name, and those that lines of it were born under and no file has now."""
        formerly = {name for _, name in self._today.births.keys if name != self._path}
        code, commit = self._core.code, self._known.commit
        return (self._path, *sorted(name for name in formerly if not code.is_file(name, commit=commit)))

    # 1 ----------------------------------------------------------------------------------------------
    def _anchored(self) -> Iterator[Reason]:
        where = "here" if self._lines else "in this file"
        for placed in self._known.placed:
            if self._lines is None or self._lines.meets(placed.start, placed.end):
                yield from self._placed(placed, f"anchored {where}", How.ANCHORED)

    def _whole(self, how: How) -> Iterator[Reason]:
        for record_id in self._known.whole:
            if record := self._core.index.get(record_id):
                named = [one.range.path for one in record.anchors if one.range.is_whole]
                was = "" if self._path in named or not named else f", when it was {named[0]}"
                yield Reason(record, f"anchored to the whole file{was}", None, how)

    def _elsewhere(self) -> Iterator[Reason]:
        """Anchored in this file, but not on these lines: the nearest first."""
        assert self._lines is not None
        lines = self._lines
        rest = [placed for placed in self._known.placed if not lines.meets(placed.start, placed.end)]
        rest.sort(key=lambda one: (max(one.start - lines.end, lines.start - one.end), one.start))
        for placed in rest:
            yield from self._placed(placed, "anchored elsewhere in this file", How.FILE)

    def _placed(self, placed: Placed, evidence: str, how: How) -> Iterator[Reason]:
        record = self._core.index.get(placed.record_id)
        if record is not None:
            span = CodeRange(self._path, placed.start, placed.end)
            yield Reason(record, evidence + self._clause(record, span), span, how)

    def _clause(self, record: Record, span: CodeRange) -> str:
        """How the anchor that is at ``span`` was found there; nothing where it simply stands as it was."""
        for anchor in record.anchors:
            located = self._core.code.locate(anchor, self._today, made_at=record.anchored_at(anchor))
            if span in located.ranges:
                return found_clause(anchor, located)
        # Its text has moved here from another file.
        text = self._known.lines[span.start - 1 : span.end]
        moved = next((anchor for anchor in record.anchors if anchor.text == text), None)
        return f": its text stands only here, written at {moved.range}" if moved else ""

    def _stale(self) -> Iterator[Reason]:
        for record_id in self._known.stale:
            if record := self._core.index.get(record_id):
                yield Reason(record, "was anchored in this file; its lines are gone", None, How.FILE)

    # 2 ----------------------------------------------------------------------------------------------
    def _named(self) -> Iterator[Reason]:
        index = self._core.index
        resolve = cache(index.resolve)  # a change log names the same few again and again
        first, last = self._lines or (1, len(self._known.lines))
        for number in range(first, last + 1):
            for found in label_in_text().finditer(self._known.lines[number - 1]):
                ids = resolve(found[0].removeprefix("memory:"))
                record = index.get(ids[0]) if len(ids) == 1 else None
                if record is not None:
                    yield Reason(
                        record, f"named here as {found[0]}", CodeRange(self._path, number, number), How.NAMED
                    )

    # 3 ----------------------------------------------------------------------------------------------
    def _at_commits(self) -> Iterator[Reason]:
        """What was recorded at the commits that last touched these lines, or is named in their messages."""
        from lsp_server.code.commits import read_commits

        touched = self._touched()
        if not touched:
            return
        found: list[Reason] = []
        for one in recorded_at(self._core, touched):
            # What says itself where it belongs belongs there; a checkpoint is about all of the work.
            anchored = one.record.anchors and one.record.kind is not Kind.CHECKPOINT
            if not anchored and one.record.kind in _AT_COMMIT:
                told = (
                    f"recorded at commit {one.commit[:10]}, {self._touching(touched[one.commit])}{one.then}"
                )
                found.append(Reason(one.record, told, None, How.COMMIT, one.commit))
        commits = [commit for commit, _ in touched.most_common(_MOST_MESSAGES)]
        for commit in read_commits(self._core.repository.git, commits):
            last = f"the message of commit {commit.id[:10]}, {self._touching(touched[commit.id])}"
            for ref, record in named_in(self._core.index, f"{commit.subject}\n{commit.body}"):
                found.append(Reason(record, f"named as {ref} in {last}", None, How.COMMIT, commit.id))
        # Of a file: what most of its lines come from first.
        found.sort(key=lambda one: -touched[one.commit or ""])
        yield from found

    def _touching(self, count: int) -> str:
        """``which last touched 3 of its lines``."""
        if self._lines is None:
            lines = "all" if count == len(self._today.head_lines) else str(count)
            return f"which last touched {lines} of its lines"
        asked = self._lines.end - self._lines.start + 1
        one = "this line" if asked == 1 else "these lines"
        return f"which last touched {one if count == asked else f'{count} of {one}'}"

    def _touched(self) -> Counter[str]:
        """The commits that last touched the lines, with how many of them. Not where history is cut: what
        git answers there is only as far as it can see."""
        touched: Counter[str] = Counter()
        births = self._today.births
        if self._lines is None:
            for run in births.runs:
                if run.known:
                    touched[run.birth.commit] += run.birth.length
            return touched
        for line in range(self._lines.start, self._lines.end + 1):
            at_head = self._today.from_head.to_old(line)
            if at_head is not None and births.runs and (run := births.run_of(at_head)).known:
                touched[run.birth.commit] += 1
        return touched


def found_clause(anchor: Anchor, located: Located) -> str:
    """How an anchor was found where it is, as the rest of a clause; empty where it stands as it was."""
    from lsp_server.code.model import Certainty

    if anchor.symbol:
        now = located.symbol or anchor.symbol
        return f", to {now}" + (f", which was {anchor.symbol}" if now != anchor.symbol else "")
    moved = "" if anchor.range in located.ranges else f", written at {anchor.range}"
    if located.survived < located.total:
        left = f"{located.survived} of its {located.total} lines"
        return f": {left} {'is' if located.survived == 1 else 'are'} left{moved}"
    if located.certainty is Certainty.TEXT and moved:
        repeated = anchor.beside is not None and not anchor.beside.own
        told = "its text and what belongs to it stand" if repeated else "its text stands"
        return f": {told} only here{moved}"
    return moved


def _no_such_line(path: str, lines: Lines, count: int) -> str:
    has = "1 line" if count == 1 else f"{count} lines"
    wanted = lines.start if lines.start > count or lines.start < 1 else lines.end
    return f"{path} has {has}; there is no line {wanted}"
