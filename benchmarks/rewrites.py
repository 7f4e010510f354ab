"""Rewritten commits of a real history, found again: how many, how many wrongly, how long it takes.

    python benchmarks/rewrites.py [REPOSITORY] [--commits 60] [--most 120]

Takes the newest commits of a repository (this project's own by default; its clone is worked on, not it) and
rewrites them as people and forges do: picked, rebased, squashed, amended. git itself tells a hook what became
of which commit, or the command's own words do: that is the judge. The search gets neither the hook's words
nor the reflog, as in a clone where nobody noted anything. Each kind of rewrite begins nothing new when its
share of ``--most`` seconds of processor time is used up.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _clones import Clone
from _measuring import processor_seconds

from lsp_server.code.carrying import Carrying
from lsp_server.code.file_view import CodeFiles
from lsp_server.code.rewrites import find_rewritten
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, Birth, CodeRange

HOOK = '#!/bin/sh\ncat >> "$(git rev-parse --git-common-dir)/told"\n'
SERIES = 12  # commits of a branch
BEFORE = 30  # commits that an older base is older
MOST_LINES = 12  # of one file of a commit, that are followed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("repository", nargs="?", default=str(Path(__file__).resolve().parent.parent))
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--most", type=float, default=120, metavar="SECONDS")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="git-memory-rewrites-") as place:
        clone = prepared(Clone(options.repository, Path(place) / "clone"))
        plain = clone.git(
            "rev-list", "--first-parent", "--no-merges", f"--max-count={options.commits}", "HEAD"
        ).split()
        print(f"{options.repository}: {len(plain)} commits rewritten\n")
        print(f"{'':34}{'found':>7}{'wrong':>7}{'lost':>7}{'lines':>8}{'wrong':>7}{'seconds':>9}")
        kinds: dict[str, Callable[[Clone, Sequence[str], float], int]] = {
            "picked onto an older base": picked,
            "rebased onto an older base": rebased,
            "squashed by a forge": squashed,
            "amended: other words": reworded,
            "amended: a line more": grown,
            "amended: a line and other words": reworded_and_grown,
        }
        wrong = 0
        for name, rewrite in kinds.items():
            wrong += rewrite(clone, plain, options.most / len(kinds))
            clone.git("switch", "-q", "main")
            total(name)
        print(f"\n{processor_seconds():.0f} seconds of processor time")
    print("wrong must be 0 everywhere" if wrong else "nothing wrong")
    return 1 if wrong else 0


def within(seconds: float, commits: Sequence[str]) -> Iterator[str]:
    """The commits, as long as there is processor time left."""
    begun = processor_seconds()
    for number, commit in enumerate(commits):
        if processor_seconds() - begun > seconds:
            print(f"  the time is up after {number} of {len(commits)}")
            return
        yield commit


def prepared(clone: Clone) -> Clone:
    """A clone with one branch, which notes what git tells a hook."""
    for key, value in {
        "user.name": "A Developer", "user.email": "developer@example.org", "commit.gpgSign": "false",
        "core.logAllRefUpdates": "false", "gc.auto": "0", "advice.skippedCherryPicks": "false",
    }.items():  # fmt: skip
        clone.git("config", key, value)
    hook = clone.root / ".git" / "hooks" / "post-rewrite"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    for name in clone.git("for-each-ref", "--format=%(refname)", "refs/remotes", "refs/tags").split():
        clone.git("update-ref", "-d", name)
    clone.git("switch", "-q", "-C", "main")
    return clone


def told(clone: Clone) -> dict[str, str]:
    """What git told the hook since the last time."""
    place = clone.root / ".git" / "told"
    pairs = dict(line.split()[:2] for line in place.read_text().splitlines()) if place.exists() else {}
    place.unlink(missing_ok=True)
    return pairs


def older(clone: Clone, commit: str) -> str:
    """A commit some way before another one."""
    back = f"{commit}~{BEFORE}"
    if clone.tries("rev-parse", "-q", "--verify", back):
        return clone.git("rev-parse", back)
    return clone.git("rev-list", "--max-parents=0", "--max-count=1", commit)


def picked(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    """One after the other; where that conflicts, as the picked commit has it."""
    clone.git("switch", "-q", "--detach", older(clone, plain[-1]))
    pairs = {}
    for commit in within(seconds, plain[::-1]):
        if clone.tries("cherry-pick", "-X", "theirs", commit):
            pairs[commit] = clone.git("rev-parse", "HEAD")
        else:
            clone.tries("cherry-pick", "--abort")
    return judged(clone, pairs, clone.git("rev-parse", "HEAD"))


def rebased(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    """Branches of a few commits, with what was merged into them."""
    wrong = 0
    for end in within(seconds, plain[::SERIES]):
        if not clone.tries("rev-parse", "-q", "--verify", f"{end}~{SERIES}"):
            continue
        clone.git("switch", "-q", "--detach", end)
        begin = clone.git("rev-parse", f"{end}~{SERIES}")
        told(clone)
        if clone.tries("rebase", "-q", "-X", "theirs", "--onto", older(clone, begin), begin):
            wrong += judged(clone, told(clone), clone.git("rev-parse", "HEAD"), former=[end])
        else:
            clone.tries("rebase", "--abort")
    return wrong


def squashed(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    """Branches of a few commits, each as one commit after another that came meanwhile."""
    wrong = 0
    for end in within(seconds, plain[:-SERIES:SERIES]):
        number = plain.index(end)
        base = f"{plain[number + SERIES // 2 - 1]}^"
        inside = clone.git("rev-list", "--no-merges", end, f"^{base}").split()
        clone.git("switch", "-q", "--detach", base)
        (clone.root / "meanwhile.txt").write_text(f"{number}\n")
        clone.git("add", "meanwhile.txt")
        clone.git("commit", "-q", "--no-verify", "-m", "Meanwhile")
        if not clone.tries("merge", "-q", "--squash", end):
            clone.git("reset", "-q", "--hard")
        elif clone.tries("commit", "-q", "--no-verify", "-m", "A branch (#1)", "--date=2030-01-01T00:00:00Z"):
            squash = clone.git("rev-parse", "HEAD")
            wrong += judged(clone, dict.fromkeys(inside, squash), squash, former=[end])
    return wrong


def reworded(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    return sum(amended(clone, commit, "-m", "Other words") for commit in within(seconds, plain))


def grown(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    return sum(amended(clone, commit, "--no-edit", adds=True) for commit in within(seconds, plain))


def reworded_and_grown(clone: Clone, plain: Sequence[str], seconds: float) -> int:
    return sum(amended(clone, commit, "-m", "Other words", adds=True) for commit in within(seconds, plain))


def amended(clone: Clone, commit: str, *how: str, adds: bool = False) -> int:
    """Amend one commit; ``adds``: a line more in the first file that it touches."""
    clone.git("switch", "-q", "--detach", commit)
    if adds:
        names = clone.git("diff-tree", "--root", "--no-commit-id", "-r", "-z", "--name-only", commit)
        files = [clone.root / name for name in names.split("\0") if name]
        file = next((file for file in files if file.is_file() and not file.is_symlink()), None)
        if file is None:
            return 0
        with file.open("ab") as stream:
            stream.write(b"one line more\n")
    told(clone)
    if not clone.tries("commit", "-q", "-a", "--amend", "--no-verify", *how):
        clone.git("reset", "-q", "--hard")
        return 0
    return judged(clone, told(clone), clone.git("rev-parse", "HEAD"))


TOTAL: Counter[str] = Counter()


def judged(clone: Clone, truth: Mapping[str, str], tip: str, *, former: Sequence[str] = ()) -> int:
    """Look for the commits that ``truth`` knows, from ``tip``; how many are found wrongly."""
    begun = time.perf_counter()
    found = find_rewritten(clone, truth, [tip], former=former)
    TOTAL["milliseconds"] += int((time.perf_counter() - begun) * 1000)
    wrong = [old for old, one in found.items() if one.today != truth[old]]
    TOTAL["found"] += len(found) - len(wrong)
    TOTAL["wrong"] += len(wrong)
    TOTAL["lost"] += len(truth) - len(found)
    for old in wrong:
        print(f"  wrong: {old} is {truth[old]}, not {found[old].today} ({found[old].evidence.value})")
    for old in truth.keys() - found.keys():
        print(f"  lost: {old} is {truth[old]}")
    return len(wrong) + carried(clone, {old: one.today for old, one in found.items()})


def carried(clone: Clone, became: Mapping[str, str]) -> int:
    """Take lines that each commit adds along; wrong is one that comes to a line of another text."""
    files = CodeFiles(clone, clone.root)
    carrying = Carrying(clone, files)
    bad = 0
    for old in list(became)[:20]:
        for path, numbers in added(clone, old):
            lines = files.head_text(path, commit=old) or ()
            for number in numbers:
                anchor = Anchor(
                    CodeRange(path, number, number), (Birth(old, path, number, number),), (lines[number - 1],)
                )
                birth = carrying.anchor(anchor, old, became).births[0]
                if birth.commit == old:
                    continue
                TOTAL["lines"] += 1
                then = files.head_text(birth.path, commit=birth.commit) or ()
                if then[birth.start - 1 : birth.end] != anchor.text:
                    bad += 1
    TOTAL["bad"] += bad
    return bad


def added(clone: Clone, commit: str) -> list[tuple[str, Sequence[int]]]:
    found = []
    names = clone.git(
        "diff-tree", "--root", "--no-commit-id", "-r", "-z", "--name-only", "--diff-filter=AM", commit
    )
    for path in filter(None, names.split("\0")[:2]):
        try:
            runs = clone.git(
                "blame", "--incremental", "-s", commit, "--not", f"{commit}^@", "--", path
            ).splitlines()
        except StoreError:
            continue
        heads = [line.split(" ") for line in runs if line.startswith(commit)]
        numbers = [n for _, born, _, count in heads for n in range(int(born), int(born) + int(count))]
        found.append((path, numbers[:MOST_LINES]))
    return found


def total(what: str) -> None:
    one = TOTAL
    print(
        f"{what:34}{one['found']:7}{one['wrong']:7}{one['lost']:7}{one['lines']:8}{one['bad']:7}"
        f"{one['milliseconds'] / 1000:9.1f}"
    )
    one.clear()


if __name__ == "__main__":
    raise SystemExit(main())
