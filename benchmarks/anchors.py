"""How well anchors hold on real history: made at an old commit, looked for at a new one, and judged against
following each line commit by commit.

    python benchmarks/anchors.py [REPOSITORY OLD NEW [COUNT]]

Without arguments: this project's own history. ``births alone`` is what blame says, ``text alone`` a text that
stood in its file once and stands there once; only ``combined``, which people are shown, has floors.

The judge takes every line along the first parents, through one ``git log -p``. It is wrong itself where a
merged branch took a line out and put it back, for it sees the branch's two ends only, and where it has the
choice between equal lines. Blame goes down every branch. What the columns say:

- ``exactly``: found on all lines where the judge has it and no other, or rightly said to be gone
- ``back``: the judge lost it, or lines of it, and its whole text is found again: around all lines that the
  judge still has; or in one place to which it came with the commit that took it away, or after it
- ``partly``: on some of the judge's lines; ``stale``: said to be gone, though the judge still has it
- ``disputed``: not as the judge says, but as ``git blame --reverse`` does, git's own way of following lines
  forwards: one of the two is wrong, and a text that stands there twice does not tell which
- ``wrongly``: on a line that neither has

A range of which the judge has only blank lines and brackets left counts as gone or as found, as one likes.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from _measuring import git

from lsp_server.code.file_view import CodeFiles
from lsp_server.code.locating import FileToday, has_words, locate
from lsp_server.code.model import Certainty, Located
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, CodeRange

FLOORS = {"unique lines": 0.99, "repeated lines": 0.95, "ranges with changed lines": 0.95}
WAYS = ("births alone", "text alone", "combined")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    "-c", "core.quotePath=false", "-c", "diff.algorithm=myers", "-c", "diff.indentHeuristic=true",
    "-c", "diff.renameLimit=1000",
)  # fmt: skip


class Clone:
    """A bare clone whose HEAD can be put on any commit."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, args: Sequence[str], *, stdin: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["git", "--no-optional-locks", *args],
            cwd=self.root,
            input=stdin or b"",
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise StoreError(done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def put(self, commit: str) -> None:
        git("update-ref", "--no-deref", "HEAD", commit, cwd=self.root)


class Followed:
    """A file of the old commit, followed: the old number of each of today's lines, 0 for a new one."""

    def __init__(self, path: str, lines: int) -> None:
        self.path: str | None = path
        self.numbers = list(range(1, lines + 1))
        self.gone: dict[int, tuple[str, str]] = {}
        """The commit that took an old line away, and what the file was called before it."""

    def today(self) -> dict[int, int]:
        """Today's line by the old one; what is not in it is gone."""
        if self.path is None:
            return {}
        return {old: today for today, old in enumerate(self.numbers, start=1) if old}


class Sample(NamedTuple):
    """One anchor, and where the judge has its lines; ``gone``: the commits that took lines with words."""

    anchor: Anchor
    path: str | None
    lines: tuple[int, ...]
    gone: tuple[tuple[str, str], ...]


def follow(clone: Clone, files: Sequence[Followed], old: str, new: str) -> int:
    """Take the files along the first parents from ``old`` to ``new``. The number of commits."""
    at = {file.path: file for file in files}
    command = ["git", *_DIFF, "log", "--first-parent", "-m", "--reverse", "-p", "-U0", "-M", "--no-color",
               "--no-ext-diff", "--no-textconv", "--format=%x00%H", f"{old}..{new}"]  # fmt: skip
    process = subprocess.Popen(command, cwd=clone.root, stdout=subprocess.PIPE)
    assert process.stdout is not None
    commits = 0
    for commits, (commit, changes) in enumerate(_commits(process.stdout), start=1):  # noqa: B007
        moved = [(at.pop(change.old, None), change) for change in changes]
        for file, change in moved:
            if file is None:
                continue
            for start, removed, added in reversed(change.hunks):
                first = start if not removed else start - 1
                for number in file.numbers[first : first + removed]:
                    file.gone[number] = (commit, change.old or "")
                file.numbers[first : first + removed] = [0] * added
            file.path = change.new
            if change.new is not None:
                at[change.new] = file
    if process.wait():
        raise SystemExit("this clone lacks objects that the judge needs")
    return commits


class Change(NamedTuple):
    """What one commit does to one file: its hunks as (first old line, lines removed, lines added)."""

    old: str | None
    new: str | None
    hunks: list[tuple[int, int, int]]


def _commits(stream: Iterator[bytes]) -> Iterator[tuple[str, list[Change]]]:
    commit = ""
    changes: list[Change] = []
    inside = 0  # lines of a hunk that are still to come
    begun = False
    old: str | None = None
    for line in stream:
        if inside:
            inside -= not line.startswith(b"\\")
            continue
        if line.startswith(b"\\"):
            continue
        if line.startswith(b"\0"):
            if begun:
                yield commit, changes
            begun, commit, changes = True, line[1:-1].decode("ascii"), []
        elif line.startswith(b"diff --git "):
            old = None
        elif line.startswith(b"rename from "):
            old = line[12:-1].decode("utf-8", "surrogateescape")
        elif line.startswith(b"rename to "):
            changes.append(Change(old, line[10:-1].decode("utf-8", "surrogateescape"), []))
        elif line.startswith(b"--- "):
            old = _name(line)
        elif line.startswith(b"+++ "):
            if not changes or changes[-1].hunks or changes[-1].old != old or changes[-1].new != _name(line):
                changes.append(Change(old, _name(line), []))
        elif found := _HUNK.match(line):
            removed, added = (int(found[n] or 1) for n in (2, 4))
            changes[-1].hunks.append((int(found[1]), removed, added))
            inside = removed + added
    if begun:
        yield commit, changes


def _name(line: bytes) -> str | None:
    name = line[4:-1].rstrip(b"\t")
    return None if name == b"/dev/null" else name[2:].decode("utf-8", "surrogateescape")


def judged(clone: Clone, old: str, new: str, count: int) -> tuple[dict[str, list[Sample]], int]:
    """Anchors made at ``old``, ``count`` of each kind, and where their lines are at ``new``."""
    chance = random.Random(f"{old}{new}")
    clone.put(old)
    code = CodeFiles(clone, None)
    names = clone.run(["ls-tree", "-r", "-z", "--name-only", old]).decode("utf-8", "surrogateescape")
    texts = {}
    for path in chance.sample(sorted(names.split("\0")), len(names.split("\0"))):
        lines = code.head_text(path, commit=old) if path else None
        if lines and 20 < len(lines) < 6000:
            texts[path] = lines
        if len(texts) >= 150:
            break
    files = [Followed(path, len(lines)) for path, lines in texts.items()]
    commits = follow(clone, files, old, new)
    samples: dict[str, list[Sample]] = {kind: [] for kind in FLOORS}
    tries = 0
    while min(map(len, samples.values())) < count and tries < count * 60:
        tries += 1
        place = chance.randrange(len(files))
        path, lines = list(texts.items())[place]
        kind = min(samples, key=lambda name: len(samples[name]))
        today = files[place].today()
        range_ = _chosen(kind, path, lines, today, chance)
        if range_ is not None:
            code.births(path)  # the whole file once, then each anchor of it is cheap
            found = tuple(today[n] for n in range(range_.start, range_.end + 1) if n in today)
            gone = files[place].gone
            went = {
                gone[n]: None
                for n in range(range_.start, range_.end + 1)
                if n in gone and has_words(lines[n - 1 : n])
            }
            samples[kind].append(Sample(code.anchor(range_), files[place].path, found, tuple(went)))
    return samples, commits


def _chosen(
    kind: str, path: str, lines: Sequence[str], today: dict[int, int], chance: random.Random
) -> CodeRange | None:
    start = chance.randrange(1, len(lines) + 1)
    if kind == "ranges with changed lines":
        end = min(len(lines), start + chance.randrange(3, 15))
        kept = sum(number in today for number in range(start, end + 1))
        return CodeRange(path, start, end) if 0 < kept < end - start + 1 else None
    text = lines[start - 1]
    often = lines.count(text) > 1
    if not text.strip() or often != (kind == "repeated lines"):
        return None
    return CodeRange(path, start, start)


def answer(code: CodeFiles, sample: Sample, way: str, old: str, files: Files) -> Located:
    """Where the anchor is, by one way of looking."""
    if way == "combined":
        return code.find(sample.anchor, made_at=old)
    place, births, text = sample.anchor.range, sample.anchor.births, sample.anchor.text
    by_births = way == "births alone"
    anchor = Anchor(place, births) if by_births else Anchor(place, (), text)
    then = code.head_text(place.path, commit=old) or ()
    twice = [n for n in range(len(then)) if text and then[n : n + len(text)] == text][1:]
    located = locate(anchor, files.today(place.path), was_repeated=bool(twice))
    if not located.ranges and (now := files.renamed(place.path)):
        located = locate(anchor, files.today(now), was_repeated=bool(twice))
    return located


class Files:
    """Today's files, each looked at once."""

    def __init__(self, clone: Clone, code: CodeFiles, old: str) -> None:
        self._clone, self._code, self._old = clone, code, old
        self._today: dict[str, FileToday] = {}
        self._reverse: dict[str, dict[int, tuple[str, int]]] = {}

    def today(self, path: str) -> FileToday:
        if path not in self._today:
            self._today[path] = self._code.today(path)
        return self._today[path]

    def renamed(self, path: str) -> str | None:
        return self._code.path_today(path, self._old)

    def came(self, path: str, sample: Sample) -> bool:
        """Whether an anchor's text came to a file with the commit that took it away from its own, or later:
        before, the file did not have it, or only where it was taken away."""
        text = sample.anchor.text
        for commit, was in sample.gone:
            before = self._code.head_text(was if path == sample.path else path, commit=f"{commit}^1") or ()
            places = [n for n in range(len(before)) if before[n : n + len(text)] == text]
            if len(places) > (1 if path in (was, sample.path) else 0):
                return False
        return bool(sample.gone)

    def by_reverse_blame(self, path: str, line: int, new: str) -> tuple[str, int] | None:
        """Where ``git blame --reverse`` has a line of the old commit at the new one: its path and number."""
        if path not in self._reverse:
            found: dict[int, tuple[str, int]] = {}
            try:
                output = self._clone.run(
                    ["blame", "--reverse", "--incremental", f"{self._old}..{new}", "--", path]
                )
            except StoreError:
                output = b""
            header: list[str] = []
            for row in output.decode("utf-8", "surrogateescape").split("\n"):
                if not header:
                    header = row.split(" ") if row else []
                elif row.startswith("filename "):
                    commit, there, then, count = header
                    for n in range(int(count)) if commit == new else ():
                        found[int(then) + n] = (row[len("filename ") :], int(there) + n)
                    header = []
            self._reverse[path] = found
        return self._reverse[path].get(line)


def verdict(sample: Sample, located: Located, files: Files, new: str) -> str:
    """What the answer is worth."""
    lines = {n for place in located.ranges for n in range(place.start, place.end + 1)}
    path = located.ranges[0].path if located.ranges else None
    right = set(sample.lines) if sample.path is not None else set()
    if lines == right and (not lines or path == sample.path):
        return "exactly"
    text = sample.anchor.text
    if not lines:
        if sample.path is not None:
            today = files.today(sample.path).head_lines
            if not has_words(today[n - 1] for n in right) and has_words(text):
                return "exactly"
        return "unknown" if located.certainty is Certainty.UNKNOWN else "stale"
    assert path is not None
    if path == sample.path and lines < right:
        return "partly"
    today = files.today(path).head_lines
    places = [n + 1 for n in range(len(today)) if today[n : n + len(text)] == text]
    whole = min(lines) in places and len(lines) == len(text) == max(lines) - min(lines) + 1
    if whole and right and path == sample.path and right <= lines:
        return "back"
    if whole and len(places) == 1 and not right and files.came(path, sample):
        return "back"
    start, end = sample.anchor.range.start, sample.anchor.range.end
    then = sample.anchor.range.path
    other = {files.by_reverse_blame(then, line, new) for line in range(start, end + 1)} - {None}
    return (
        "disputed" if {(path, n) for n in lines} <= other | {(sample.path, n) for n in right} else "wrongly"
    )


def main(root: Path, old: str, new: str, count: int) -> bool:
    """Print a table, and each answer that is wrong. Whether all floors are kept."""
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        bare = Path(folder) / "clone.git"
        git("clone", "-q", "--bare", "--shared", str(root), str(bare), cwd=Path(folder))
        clone = Clone(bare)
        old, new = (clone.run(["rev-parse", f"{name}^{{commit}}"]).decode().strip() for name in (old, new))
        git("update-ref", "--no-deref", "HEAD", new, cwd=bare)
        samples, commits = judged(clone, old, new, count)
        clone.put(new)
        code = CodeFiles(clone, None)
        files = Files(clone, code, old)
        print(f"{root.name}: {commits:,} commits between {old[:10]} and {new[:10]}", flush=True)
        good = True
        for kind, some in samples.items():
            for way in WAYS:
                answers = [answer(code, one, way, old, files) for one in some]
                verdicts = [
                    verdict(one, located, files, new) for one, located in zip(some, answers, strict=True)
                ]
                good &= told(kind, way, some, verdicts)
                for one, judgement, located in zip(some, verdicts, answers, strict=True):
                    if way == "combined" and judgement not in ("exactly", "back"):
                        where = ", ".join(str(place) for place in located.ranges) or located.certainty.value
                        print(f"      {judgement}: {one.anchor.range} is {one.path}:{one.lines}, not {where}")
        return good


def told(kind: str, way: str, samples: Sequence[Sample], verdicts: Sequence[str]) -> bool:
    """One row of the table, beside its floor; whether it keeps it."""
    if not samples:
        return True
    counted = Counter(verdicts)
    there = [judgement for one, judgement in zip(samples, verdicts, strict=True) if one.lines]
    names = ("exactly", "back", "partly", "stale", "unknown", "disputed", "wrongly")
    row = "  ".join(f"{name} {counted[name]:>3}" for name in names)
    share = (counted["exactly"] + counted["back"]) / len(samples)
    alive = (there.count("exactly") + there.count("back")) / len(there) if there else 1.0
    said, good = "", True
    if way == "combined":
        floor = FLOORS[kind]
        good = min(share, alive) >= floor and not counted["wrongly"]
        said = f"  (at least {floor:.0%}, none wrongly)  {'ok' if good else 'TOO FEW'}"
    print(
        f"{kind:<25} {way:<12} {len(samples):>4}: {row}   {share:6.1%}; of {len(there)} there {alive:6.1%}"
        f"{said}",
        flush=True,
    )
    return good


if __name__ == "__main__":
    if len(sys.argv) > 3:
        kept = main(
            Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 300
        )
    else:
        here = Path(__file__).resolve().parent.parent
        first = git("rev-list", "--max-parents=0", "HEAD", cwd=here).decode().split()[-1]
        total = int(git("rev-list", "--count", "--first-parent", "HEAD", cwd=here))
        kept = main(here, f"HEAD~{total * 2 // 3}" if total > 3 else first, "HEAD", 300)
    sys.exit(0 if kept else 1)
