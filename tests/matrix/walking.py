"""One walk through every command of ``git memory``, and what must be the same after it.

A command without a step here fails ``test_every_command_has_its_steps``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from matrix.processes import LONG, Answer, Server
from support import Repo

FILE = "src/auth.py"
OURS = (
    "refs/heads/memory ",
    "refs/heads/memory-proposals/",
    "refs/heads/git-memory ",
    "refs/heads/git-memory-proposals/",
    "refs/git-memory/",
    "refs/memory/",
)
USERS_FILES = ("HEAD", "index", "config", "config.worktree", "ORIG_HEAD", "MERGE_HEAD", "packed-refs.lock")
USERS_FOLDERS = ("hooks", "info")
LOGS = ("logs/HEAD", "logs/refs/stash")


class Step(NamedTuple):
    """One command of the walk. ``needs`` names what a place must have for it: ``lines``, or ``no lines``."""

    arguments: Sequence[str]
    needs: str = ""
    code: int = 0

    @property
    def command(self) -> str:
        return self.arguments[2 if self.arguments[0] == "--proposal" else 0]


WRITING: tuple[Step, ...] = (
    Step(["decide", "Use sessions", "--at", f"{FILE}:4-5"], needs="lines"),
    Step(["decide", "Use sessions"], needs="no lines"),
    Step(["decide", "--edit"]),
    Step(["learn", "Emails differ by case", "--lesson", "Normalise – first", "--tag", "äuth"]),
    Step(["bug", "Login fails", "--root-cause", "No answer"]),
    Step(["checkpoint", "Half way", "--snapshot"], needs="lines"),
    Step(["checkpoint", "Half way"], needs="no lines"),
    Step(["restore"], needs="lines"),  # reads what the checkpoint kept
    Step(["restore"], needs="no lines", code=1),
    Step(["import", "adr", "{adrs}"]),
    Step(["artifact", "add", "{adrs}/0001-use-git.md", "--name", "ädr.md"]),
    Step(["artifact", "get", "reports/ädr.md"]),
    Step(["note", "patterns/anti-patterns", "Mutable défault arguments"]),
    Step(["set", "project/version", "1.2"]),
    Step(["value", "set", "üser:1", '{{"thème": "dark"}}', "--ttl", "1h"]),
    Step(["value", "update", "üser:1", '{{"a": [1]}}']),
    Step(["event", "error", "Zeitüberschreitung", "--owner", "wörker"]),
    Step(["event", "metric", "GET /zeit", "--meta", "ms=12"]),
    Step(["event", "solution", "Zweiter Versuch", "--owner", "wörker"]),
    Step(["event", "publish"]),
    Step(["errors", "solve", "Zeitüberschreitung", "Länger warten"]),
    Step(["mark", "ADR-1", "accepted"]),
    Step(["outcome", "ADR-1", "mixed", "Schöner"]),
    Step(["supersede", "ADR-1", "Use passkeys"]),
    Step(["close", "BUG-1", "--learning", "Ask the server"]),
    Step(["edit", "ADR-3"]),
    Step(["anchor", "ADR-3", "--at", f"{FILE}:4"], needs="lines"),
    Step(["anchor", "ADR-3", "--remove", FILE], needs="lines"),
    Step(["anchor", "ADR-3"], needs="no lines"),
    Step(["bug", "Not a bug"]),
    Step(["delete", "BUG-2"]),
    Step(["session", "start", "Sign in"]),
    Step(["session", "end", "Signing in works", "--next", "Sign out"]),
)
READING: tuple[Step, ...] = (
    Step(["list"]),
    Step(["export", "directory", "{adrs}-exported"]),
    Step(["show", "ADR-1"]),
    Step(["documents"]),
    Step(["value", "list"]),
    Step(["value", "get", "üser:1"]),
    Step(["event", "list"]),
    Step(["event", "search", "zeitüberschreitung"]),
    Step(["errors"]),
    Step(["learn-from-events", "--dry-run"]),
    Step(["learn-from-events", "--report"]),
    Step(["performance"]),
    Step(["documents", "patterns"]),
    Step(["resume"]),
    Step(["checklist"]),
    Step(["search", "sessions"]),
    Step(["why", f"{FILE}:4"], needs="lines"),
    Step(["log", "--patch"]),
    Step(["history", "ADR-1"]),
    Step(["diff"]),
    Step(["secrets", "scan"]),
    Step(["doctor"]),
    Step(["trust"]),
    Step(["hooks", "install"], needs="hooks"),
    Step(["hooks", "install"], needs="no hooks", code=1),
    Step(["hooks", "remove"]),
    Step(["notes"]),
    Step(["notes", "--remove"], needs="commits"),
    Step(["notes", "--remove"], needs="no commits", code=1),
)
SHARING: tuple[Step, ...] = (
    Step(["propose", "idea"]),
    Step(["learn", "Thought on a proposal"]),
    Step(["propose", "--end"]),
    Step(["bug", "Found meanwhile"]),
    Step(["adopt", "idea"]),
    Step(["--proposal", "other", "learn", "Not to be"]),
    Step(["withdraw", "other"]),
    Step(["sync", "{hub}"]),
)
ALWAYS: tuple[Step, ...] = (Step(["completion", "bash"]),)
STARTING: tuple[Step, ...] = (Step(["init"]),)
WALKED = frozenset(step.command for step in (*STARTING, *WRITING, *SHARING, *READING, *ALWAYS))

# What touches each part once (git's index, blame, a merge of a record, the remote, every reader of the tree):
# the quick form on kinds that differ from others in one respect only. `make stress` walks all there, too.
BRIEF: tuple[Step, ...] = (
    Step(["decide", "Use sessions", "--at", f"{FILE}:4-5"], needs="lines"),
    Step(["decide", "Use sessions"], needs="no lines"),
    Step(["checkpoint", "Half way", "--snapshot"], needs="lines"),
    Step(["checkpoint", "Half way"], needs="no lines"),
    Step(["edit", "ADR-1"]),
    Step(["--proposal", "idea", "learn", "By hand, as proposed"]),
    Step(["adopt", "idea"]),
    Step(["sync", "{hub}"]),
    Step(["list"]),
    Step(["why", f"{FILE}:4"], needs="lines"),
    Step(["doctor"]),
)

TITLES = {
    "ADR-0001": ("Use sessions", "superseded"),
    "ADR-0002": ("By hand", "proposed"),
    "ADR-0003": ("Use git", "accepted"),
    "ADR-0004": ("Use passkeys", "accepted"),
    "BUG-1": ("Login fails", "fixed"),
    "BUG-3": ("Found meanwhile", "open"),
}


@dataclass
class Place:
    """Somewhere that ``git memory`` is run: ``root`` is the directory. ``lines`` is whether there is code
    to anchor to, ``commits`` whether any of it is committed, ``hooks`` whether hooks may be put in;
    ``watched`` are further repositories that must stay as they are."""

    root: Path
    server: Server
    environment: dict[str, str] = field(repr=False)
    branch: str = "memory"
    lines: bool = True
    commits: bool = True
    hooks: bool = True
    watched: tuple[Path, ...] = ()
    real: bool = False

    @property
    def repo(self) -> Repo:
        return Repo(self.root)

    def run(self, *arguments: str, **environment: str) -> Answer:
        """``git memory ARGUMENTS``, whatever comes of it; no traceback ever does."""
        answer = self.server.run(arguments, self.root, {**self.environment, **environment}, real=self.real)
        assert "Traceback" not in answer.err, answer.err
        assert "internal error" not in answer.err, answer.err
        return answer

    def do(self, *arguments: str, **environment: str) -> str:
        """A command that must succeed; its answer."""
        answer = self.run(*arguments, **environment)
        assert answer.code == 0, (arguments, answer)
        return answer.out

    def json(self, *arguments: str) -> Any:
        return json.loads(self.do(*arguments, "--json"))

    def fails(self, *arguments: str, **environment: str) -> str:
        """A command that must be refused, in one line; the line."""
        answer = self.run(*arguments, **environment)
        assert answer.code == 1, (arguments, answer)
        assert answer.err.startswith("error: "), answer
        assert answer.err.count("\n") == 1, answer
        return answer.err

    def step(self, step: Step) -> None:
        wants = {"lines": self.lines, "no lines": not self.lines, "": True}
        wants |= {"commits": self.commits, "no commits": not self.commits}
        wants |= {"hooks": self.hooks, "no hooks": not self.hooks}
        if wants[step.needs]:
            answer = self.run(*(word.format(adrs=self.adrs, hub=self.hub) for word in step.arguments))
            assert answer.code == step.code, (step, answer)

    @property
    def adrs(self) -> Path:
        return Path(self.environment["HOME"]) / "adrs"

    @property
    def hub(self) -> Path:
        """A remote for the memory."""
        hub = Path(self.environment["HOME"]) / "hub.git"
        if not hub.exists():
            format_ = self.repo.git("rev-parse", "--show-object-format")
            self.repo.git("init", "-q", "--bare", f"--object-format={format_}", str(hub))
        return hub

    def fingerprint(self) -> dict[str, bytes]:
        """All that is the user's: work trees, indexes, HEADs, configuration, hooks, stash, other refs."""
        seen: dict[str, bytes] = {}
        for root in (self.root, *self.watched):
            seen.update(_fingerprint(root, self.environment))
        return seen


def _fingerprint(root: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    repo = Repo(root)
    git_dir = Path(repo.git("rev-parse", "--absolute-git-dir"))
    common = Path(root, repo.git("rev-parse", "--git-common-dir"))
    seen: dict[str, bytes] = {}
    if repo.git("rev-parse", "--is-bare-repository") == "false":
        for path in sorted(root.rglob("*")):
            if ".git" not in path.relative_to(root).parts:
                seen[str(path)] = os.fsencode(path.readlink()) if path.is_symlink() else _bytes(path)
    for place in {git_dir, common}:
        for name in (*USERS_FILES, *LOGS):
            seen[str(place / name)] = _bytes(place / name)
        for folder in USERS_FOLDERS:
            for path in sorted((place / folder).rglob("*")):
                seen[str(path)] = _bytes(path)
    refs = repo.git("for-each-ref", "--format=%(refname) %(objectname) %(symref)").splitlines()
    seen[f"refs of {root}"] = "\n".join(ref for ref in refs if not ref.startswith(OURS)).encode()
    return seen


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def walk(place: Place) -> None:
    """Every command once, as a person would; then what is on the branch and what was left alone."""
    before = place.fingerprint()
    for step in (*STARTING, *WRITING, *SHARING, *READING, *ALWAYS):
        place.step(step)
    _assert_recorded(place)
    assert 'decision: accept ADR-0001 "Use sessions"' in place.repo.git("log", "--format=%s", place.branch)
    assert place.repo.git("log", "--format=%s", "--merges", place.branch)
    _assert_sound(place)
    assert place.fingerprint() == before


def look_round(place: Place) -> None:
    """The brief walk, which is the whole one in the long form of the suite."""
    if LONG:
        walk(place)
        return
    before = place.fingerprint()
    for step in (*STARTING, *BRIEF):
        place.step(step)
    assert len(place.json("search", "hand")) == 2
    _assert_sound(place)
    assert place.fingerprint() == before


def _assert_recorded(place: Place) -> None:
    listed = {record["label"]: (record["title"], record["status"]) for record in place.json("list")}
    assert {label: found for label, found in listed.items() if label in TITLES} == TITLES
    unnumbered = sorted(title for label, (title, _) in listed.items() if label not in TITLES)
    learned = ["Ask the server", "Emails differ by case", "Half way", "Sign in", "Thought on a proposal"]
    assert unnumbered == learned
    assert "By hand" in place.do("search", "hand")


def _assert_sound(place: Place) -> None:
    """What git itself says of the branch, and that nothing is left beside it."""
    repo = place.repo
    repo.git("fsck", "--strict", "--no-dangling", "--no-progress", place.branch)
    pushed = Repo(place.hub).git("rev-parse", f"refs/heads/{place.branch}")
    assert pushed == repo.git("rev-parse", f"refs/heads/{place.branch}")
    common = Path(repo.root, repo.git("rev-parse", "--git-common-dir"))
    left = [p for p in common.rglob("*") if p.name.endswith((".lock", ".keep")) or "tmp_" in p.name]
    assert [p for p in left if "drafts" not in p.parts] == []


def prepare_home(home: Path) -> dict[str, str]:
    """An editor that writes a title, and a folder of ADRs; the environment of a person who has them."""
    editor = home / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^# *$/# By hand/' \"$1\"\necho 'By hand.' >> \"$1\"\n")
    editor.chmod(0o755)
    adrs = home / "adrs"
    adrs.mkdir()
    (adrs / "0001-use-git.md").write_text("# 1. Use git\n\n## Status\n\nAccepted\n")
    kept = ("HOME", "PATH", "LC_ALL", "TZ", "GIT_CONFIG_NOSYSTEM", "GIT_MEMORY_STRESS", "KF_RULE_CACHE_DIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "EDITOR": str(editor),
        "TERM": "dumb",
    }


def has(program: str) -> bool:
    return shutil.which(program) is not None
