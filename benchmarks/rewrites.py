"""Rewritten commits of a real history, found again: how many, how many wrongly, how long it takes.

    python benchmarks/rewrites.py [REPOSITORY] [--commits N]

Takes the newest commits of a repository (this project's own by default; its clone is worked on, not it) and
rewrites them as people and forges do. git itself tells a hook what became of which commit: that is the judge.
The search gets neither the hook's words nor the reflog, as in a clone where nobody noted anything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lsp_server.code.carrying import Carrying
from lsp_server.code.file_view import CodeFiles
from lsp_server.code.rewrites import find_rewritten
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, Birth, CodeRange

HOOK = '#!/bin/sh\ncat >> "$(git rev-parse --git-common-dir)/told"\n'
SERIES = 12  # commits of a branch that a forge merges
MOST_LINES = 40  # of one commit, that are followed


class Clone:
    """A clone to work on, and git as the code floor asks for it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, args: Sequence[str], /, *, stdin: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["git", "--no-optional-locks", *args],
            cwd=self.root,
            input=stdin or b"",
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise StoreError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    def git(self, *args: str) -> str:
        return self.run(args).decode("utf-8", "replace").strip()

    def tries(self, *args: str) -> bool:
        try:
            self.run(args)
        except StoreError:
            return False
        return True

    def told(self) -> dict[str, str]:
        """What git told the hook since the last time."""
        place = self.root / ".git" / "told"
        pairs = dict(line.split()[:2] for line in place.read_text().splitlines()) if place.exists() else {}
        place.unlink(missing_ok=True)
        return pairs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("repository", nargs="?", default=str(Path(__file__).resolve().parent.parent))
    parser.add_argument("--commits", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="git-memory-rewrites-") as place:
        clone = cloned(options.repository, Path(place) / "clone")
        plain = clone.git(
            "rev-list", "--first-parent", "--no-merges", f"--max-count={options.commits}", "HEAD"
        ).split()
        print(f"{options.repository}: {len(plain)} commits rewritten\n")
        print(f"{'':34}{'found':>7}{'wrong':>7}{'lost':>7}{'lines':>8}{'wrong':>7}{'seconds':>9}")
        wrong = rebased(clone, plain) + squashed(clone, plain) + amended(clone, plain)
    print("\nwrong must be 0 everywhere" if wrong else "\nnothing wrong")
    return 1 if wrong else 0


def cloned(repository: str, root: Path) -> Clone:
    subprocess.run(["git", "clone", "-q", "--shared", repository, str(root)], check=True)
    clone = Clone(root)
    for key, value in {
        "user.name": "A Developer", "user.email": "developer@example.org", "commit.gpgSign": "false",
        "core.logAllRefUpdates": "false", "gc.auto": "0", "advice.skippedCherryPicks": "false",
    }.items():  # fmt: skip
        clone.git("config", key, value)
    hook = root / ".git" / "hooks" / "post-rewrite"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    for name in clone.git("for-each-ref", "--format=%(refname)", "refs/remotes", "refs/tags").split():
        clone.git("update-ref", "-d", name)
    clone.git("switch", "-q", "-C", "main")
    return clone


def rebased(clone: Clone, plain: Sequence[str]) -> int:
    """The commits one after the other on an older base, beside other commits; where that conflicts, as the
    picked commit has it."""
    base = (
        clone.git("rev-parse", f"{plain[-1]}~30^{{commit}}")
        if clone.tries("rev-parse", f"{plain[-1]}~30")
        else ""
    )
    base = base or clone.git("rev-list", "--max-parents=0", "--max-count=1", plain[-1])
    clone.git("switch", "-q", "--detach", base)
    pairs = {}
    for commit in reversed(plain):
        if clone.tries("-c", "merge.conflictStyle=merge", "cherry-pick", "-X", "theirs", commit):
            pairs[commit] = clone.git("rev-parse", "HEAD")
        else:
            clone.tries("cherry-pick", "--abort")
    told = judged(clone, "rebased onto an older base", pairs, [clone.git("rev-parse", "HEAD")])
    clone.git("switch", "-q", "main")
    return told


def amended(clone: Clone, plain: Sequence[str]) -> int:
    """A line more in a file of each commit, and another message."""
    wrong = 0
    for commit in plain[: len(plain) // 2]:
        clone.git("switch", "-q", "--detach", commit)
        names = clone.git(
            "diff-tree", "--root", "--no-commit-id", "-r", "--name-only", "--diff-filter=AM", commit
        )
        file = clone.root / names.split("\n")[0]
        if names and file.is_file() and not file.is_symlink():
            with file.open("ab") as stream:
                stream.write(b"one line more\n")
        clone.told()
        if clone.tries("commit", "-q", "-a", "--amend", "--no-verify", "-m", "Other words"):
            wrong += judged(clone, "", clone.told(), [clone.git("rev-parse", "HEAD")], quiet=True)
    total("amended by a line")
    clone.git("switch", "-q", "main")
    return wrong


def squashed(clone: Clone, plain: Sequence[str]) -> int:
    """Branches of a few commits, each merged as one commit after another that came meanwhile."""
    pairs: dict[str, str] = {}
    tips, ends = [], []
    for number in range(0, len(plain) - SERIES, SERIES):
        part = plain[number : number + SERIES // 2]
        end, base = part[0], f"{part[-1]}^"
        inside = clone.git("rev-list", "--no-merges", end, f"^{base}").split()
        clone.git("switch", "-q", "--detach", base)
        (clone.root / "meanwhile.txt").write_text(f"{number}\n")
        clone.git("add", "meanwhile.txt")
        clone.git("commit", "-q", "--no-verify", "-m", "Meanwhile")
        if not clone.tries("merge", "-q", "--squash", end):
            clone.git("reset", "-q", "--hard")
            continue
        if clone.tries("commit", "-q", "--no-verify", "-m", "A branch (#1)", "--date=2030-01-01T00:00:00Z"):
            squash = clone.git("rev-parse", "HEAD")
            tips.append(squash)
            ends.append(end)
            pairs.update(dict.fromkeys(inside, squash))
    wrong = 0
    clone.git("switch", "-q", "main")
    for tip, end in zip(tips, ends, strict=True):
        own = {old: new for old, new in pairs.items() if new == tip}
        wrong += judged(clone, "", own, [tip], former=[end], quiet=True)
    total("squashed by a forge")
    return wrong


TOTAL: Counter[str] = Counter()


def judged(
    clone: Clone,
    what: str,
    truth: Mapping[str, str],
    tips: Sequence[str],
    *,
    former: Sequence[str] = (),
    quiet: bool = False,
) -> int:
    begun = time.perf_counter()
    found = find_rewritten(clone, truth, tips, former=former)
    TOTAL["milliseconds"] += int((time.perf_counter() - begun) * 1000)
    wrong = [old for old, one in found.items() if one.today != truth[old]]
    TOTAL["found"] += len(found) - len(wrong)
    TOTAL["wrong"] += len(wrong)
    TOTAL["lost"] += len(truth) - len(found)
    for old in wrong:
        print(f"  wrong: {old} is {truth[old]}, not {found[old].today} ({found[old].evidence.value})")
    bad = carried(clone, {old: one.today for old, one in found.items()})
    if not quiet:
        total(what)
    return len(wrong) + bad


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
            runs = clone.git("blame", "--incremental", "-s", commit, "--", path).splitlines()
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
