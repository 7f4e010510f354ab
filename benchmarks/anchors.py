"""How well anchors hold on real history: made at an old commit, looked for at a new one, and judged against
following each line commit by commit.

    python benchmarks/anchors.py [REPOSITORY OLD NEW [COUNT]] [--back]

Without arguments: this project's own history. ``--back`` names what is found again by its text, to be looked
at by hand. ``births alone`` is what blame says, ``text alone`` a text that stood in its file once and stands
there once; only ``combined``, which people are shown, has floors.

The judge takes every line along the first parents, through one ``git log -p``. It is wrong itself where a
merged branch took a line out and put it back, or put another one like it beside it, for it sees the branch's
two ends only, and where it has the choice between equal lines. Blame goes down every branch. What the columns
say:

- ``exactly``: found on all lines where the judge has it and no other, or rightly said to be gone
- ``back``: the judge lost it, or lines of it, and its whole text is found again: around all lines that the
  judge still has; or in one place to which it came with the commit that took it away, or after it
- ``partly``: on some of the judge's lines; ``stale``: said to be gone, though the judge still has it
- ``disputed``: not as the judge says, but as the commits of the merged branches do, one by one, or as ``git
  blame --reverse`` does, git's own way forwards: a text that stands there twice does not tell which is right
- ``wrongly``: on a line that none of them has

A range of which the judge has only blank lines and brackets left counts as gone or as found, as one likes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from _clones import Clone
from _following import Followed, Places, by_reverse_blame, follow, through_every_commit
from _measuring import git, processor_seconds

from lsp_server.code.file_view import CodeFiles
from lsp_server.code.locating import FileToday, has_words, locate
from lsp_server.code.model import Certainty, Located
from lsp_server.records.anchors import Anchor, CodeRange

FLOORS = {"unique lines": 0.99, "repeated lines": 0.95, "ranges with changed lines": 0.95}
WAYS = ("births alone", "text alone", "combined")


class Sample(NamedTuple):
    """One anchor, and where the judge has its lines; ``gone``: the commits that took lines with words;
    ``names``: all that the file was called."""

    anchor: Anchor
    path: str | None
    lines: tuple[int, ...]
    gone: tuple[tuple[str, str], ...]
    names: tuple[str, ...]


def judged(clone: Clone, old: str, new: str, count: int) -> tuple[dict[str, list[Sample]], int]:
    """Anchors made at ``old``, ``count`` of each kind, and where their lines are at ``new``."""
    chance = random.Random(f"{old}{new}")
    clone.git("update-ref", "--no-deref", "HEAD", old)
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
            names = tuple(sorted(files[place].names))
            samples[kind].append(Sample(code.anchor(range_), files[place].path, found, tuple(went), names))
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

    def by_others(self, sample: Sample, new: str) -> Places:
        """Where the two other ways of following have a sample's lines."""
        place = sample.anchor.range
        if place.path not in self._reverse:
            self._reverse[place.path] = by_reverse_blame(self._clone, place.path, self._old, new)
        reverse = self._reverse[place.path]
        then = range(place.start, place.end + 1)
        found = {reverse[line] for line in then if line in reverse}
        lines = {(place.path, line) for line in then}
        return found | through_every_commit(self._clone, lines, sample.names, self._old, new)


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
    other = files.by_others(sample, new) | {(sample.path, n) for n in right}
    return "disputed" if {(path, n) for n in lines} <= other else "wrongly"


def main(root: Path, old: str, new: str, count: int, *, back: bool = False) -> bool:
    """Print a table, and each answer that is not the judge's (with ``back`` those that are the text again,
    too). Whether all floors are kept."""
    expected = {"exactly"} if back else {"exactly", "back"}
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        bare = Path(folder) / "clone.git"
        clone = Clone(root, bare, "--bare")
        old, new = (clone.git("rev-parse", f"{name}^{{commit}}") for name in (old, new))
        samples, commits = judged(clone, old, new, count)
        clone.git("update-ref", "--no-deref", "HEAD", new)
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
                    if way == "combined" and judgement not in expected:
                        where = ", ".join(str(place) for place in located.ranges) or located.certainty.value
                        print(f"      {judgement}: {one.anchor.range} is {one.path}:{one.lines}, not {where}")
        print(f"{processor_seconds():.0f} seconds of processor time")
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
    parser = argparse.ArgumentParser(description="How well anchors hold on real history.")
    parser.add_argument("where", nargs="*", metavar="REPOSITORY OLD NEW [COUNT]")
    parser.add_argument("--back", action="store_true", help="name what is found again by its text")
    options = parser.parse_args()
    if len(options.where) > 2:
        repository, old, new, *count = options.where
        kept = main(Path(repository), old, new, int(count[0]) if count else 300, back=options.back)
    else:
        here = Path(__file__).resolve().parent.parent
        first = git("rev-list", "--max-parents=0", "HEAD", cwd=here).decode().split()[-1]
        total = int(git("rev-list", "--count", "--first-parent", "HEAD", cwd=here))
        old = f"HEAD~{total * 2 // 3}" if total > 3 else first
        kept = main(here, old, "HEAD", 300, back=options.back)
    sys.exit(0 if kept else 1)
