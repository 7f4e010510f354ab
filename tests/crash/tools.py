"""What the crash suite stands on: a repository to break, ways to kill, and what must hold afterwards."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forking import command_line
from support import Repo

PROJECT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).parent / "git-memory"
GIT = shutil.which("git") or "git"
LONG = bool(os.environ.get("GIT_MEMORY_STRESS"))
"""``make stress`` sets it: the same tests, with hundreds of kills instead of dozens."""

long_only = pytest.mark.skipif(not LONG, reason="make stress")
_PROMPT = 3.0  # seconds for the command after a kill; a wait for a dead writer's git takes 5, for a lock 10

# The git that stands first on PATH. It gives every call a number and says what it was; at call KILL_AT the
# group KILL_GROUP is killed before git starts ("before"), when it is done ("after") or some seconds after it
# began (a figure). With KILL_ALL this git dies too, as when a machine stops; else it ends by itself where it
# does not belong to the group.
_WRAPPER = """#!/bin/sh
n=1
set -C
until { echo "$*" > "$KILL_COUNT/$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
[ "$n" = "$KILL_AT" ] || exec "$KILL_GIT" "$@"
end() {
  kill -9 "-$KILL_GROUP"
  [ -z "$KILL_ALL" ] || kill -9 0
}
case $KILL_HOW in
before) end; exec "$KILL_GIT" "$@" ;;
after) "$KILL_GIT" "$@"; code=$?; end; exit $code ;;
*) exec 3<&0; "$KILL_GIT" "$@" <&3 & sleep "$KILL_HOW"; end; wait $!; exit $? ;;
esac
"""


@dataclass
class Killed:
    """What became of a command that was to be killed."""

    ended: bool
    """It came to its own end: there was no call of that number."""
    out: str
    calls: list[str]
    """The git calls that it made, in the order of their numbers."""


class Place:
    """A repository with a person's work under way, a remote, and a memory of a few records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo(folder / "project")
        self.git_dir = self.repo.root / ".git"

    def copy(self, folder: Path) -> Place:
        """The same once more, to be broken."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Place(folder)

    # running -------------------------------------------------------------------------------------------
    def memory(self, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """``git memory ARGUMENTS`` to its end: a process that nobody kills, so it may be a forked one."""
        environment = {**os.environ, **variables}
        if not LONG:
            return command_line().run([str(PROGRAM), *arguments], self.repo.root, environment, stdin)
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.repo.root,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def do(self, *arguments: str, **variables: str) -> str:
        """A command that must succeed; what it answers."""
        done = self.memory(*arguments, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def do_at_once(self, *arguments: str) -> None:
        """A command that must succeed, and wait for nobody. On a busy machine each takes its time: then three
        times as long as one after which there is nothing to clear up."""
        begun = time.monotonic()
        self.do(*arguments)
        took = time.monotonic() - begun
        if took > _PROMPT:
            begun = time.monotonic()
            self.do("learn", "Again, with nothing to clear up")
            usual = time.monotonic() - begun
            assert took < 3 * usual, f"{arguments[0]} took {took:.1f} s, and {usual:.1f} s usually"

    def fails(self, *arguments: str, stdin: str = "", **variables: str) -> str:
        """A command that must be refused with exit code 1 and one clear line first; all that it said."""
        done = self.memory(*arguments, stdin=stdin, **variables)
        assert done.returncode == 1, (done.stdout, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("error: "), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def killed(self, command: Sequence[str], at: int, how: str, *, everything: bool) -> Killed:
        """Run ``command`` in a process group of its own, and kill that at its ``at``-th call of git."""
        counted = self.folder / "calls"
        shutil.rmtree(counted, ignore_errors=True)
        counted.mkdir()
        environment = {
            **os.environ,
            "PATH": f"{wrapper(self.folder)}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "KILL_GIT": GIT,
            "KILL_AT": str(at),
            "KILL_HOW": how,
            "KILL_ALL": "1" if everything else "",
            "KILL_COUNT": str(counted),
        }
        process = subprocess.Popen(
            ["sh", "-c", 'export KILL_GROUP=$$; exec "$@"', "sh", *command],
            cwd=self.repo.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        out, err = process.communicate(timeout=60)
        gone(process.pid)
        made = sorted((p for p in counted.iterdir()), key=lambda p: int(p.name))
        ended = process.returncode != -signal.SIGKILL
        assert not ended or process.returncode == 0, err
        return Killed(ended, out, [path.read_text().strip() for path in made])

    def forget_the_memory(self) -> None:
        """Let it be as if there had never been a memory: no branch, and nobody who remembers it."""
        for ref in self.repo.git("for-each-ref", "--format=%(refname)", "refs/git-memory/tip").split():
            self.repo.git("update-ref", "-d", ref)
        self.repo.git("branch", "-q", "-D", "memory")

    def is_at_peace(self) -> bool:
        """Whether every git of the command that was killed has ended: one that runs apart from its group goes
        on, and moves a tracking ref in the midst of a fetch as any other push would."""
        mine = b"KILL_COUNT=" + os.fsencode(self.folder / "calls") + b"\0"
        for name in os.listdir("/proc"):  # noqa: PTH208  names are all that is needed, and they vanish
            with suppress(OSError):
                if name.isdigit() and mine in Path(f"/proc/{name}/environ").read_bytes():
                    return False
        return True

    # what is there -------------------------------------------------------------------------------------
    def tip(self) -> str:
        return self.repo.git("rev-parse", "--verify", "-q", "refs/heads/memory", check=False)

    def change(self, old: str) -> list[str]:
        """What the tip's one commit since ``old`` did, ids and days left out, so that two can be compared."""
        if old:
            assert self.repo.git("rev-list", f"{old}..memory").count("\n") == 0, "more than one commit"
            listed = self.repo.git("diff-tree", "-r", "--no-renames", "--name-status", old, "memory")
        else:
            listed = self.repo.git("ls-tree", "-r", "--name-only", "memory")
        return sorted(re.sub(r"\d+-|[0-9a-f]{8}", "", line) for line in listed.splitlines())


def wrapper(folder: Path) -> Path:
    """The directory of the counting git, to be put first on PATH."""
    directory = folder / "bin"
    directory.mkdir(exist_ok=True)
    program = directory / "git"
    program.write_text(_WRAPPER)
    program.chmod(0o755)
    return directory


def gone(group: int, patience: float = 2.0) -> None:
    """Wait until no process of the group is at work any more."""
    eventually(lambda: not _at_work(group), patience)


def _at_work(group: int) -> bool:
    for name in os.listdir("/proc"):  # noqa: PTH208  names are all that is needed, and they vanish
        with suppress(OSError, ValueError):
            state, _, its_group = Path(f"/proc/{int(name)}/stat").read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":  # not one that only waits to be reaped
                return True
    return False


def surely(call: str) -> tuple[str, ...]:
    """Of the moments at which a command can be killed, those that surely come: a git that answers questions
    as long as the command runs has no end before that."""
    return ("before",) if "cat-file --batch" in call else ("before", "after")


def leftovers(git_dir: Path) -> list[str]:
    """What a killed writer may have left behind in a repository, or in our own place in it."""
    names = (
        "*.lock",
        "*.keep",
        "tmp_*",
        "*_tmp_*",
        "fast_import_crash_*",
        "stream",
        "retired-*",
        "packed-refs.new",
        "half-*",
        "incoming-*.in-use",
    )
    private = git_dir / "git-memory"
    found = {p for name in names for p in git_dir.rglob(name)}
    found -= set((private / "drafts").rglob("*.lock"))  # stays with its draft; the lock in it does not
    found |= {p for p in private.glob("incoming-*/**/*") if p.is_file()}
    found |= {p for p in private.rglob(".*") if p.is_file()}
    lock = private / "lock"
    if lock.exists() and lock.read_bytes().strip():
        found.add(lock)
    return sorted(str(path.relative_to(git_dir)) for path in found)


def check_after_a_kill(
    place: Place, old: str, expected: list[str], acknowledged: bool, mine: dict[str, bytes], *, gc: bool
) -> None:
    """Everything that must hold between a kill and the next command, in the order a person would see it."""
    repo = place.repo
    assert repo.fingerprint() == mine, "something of the user's was changed"
    the_users_own_git_works(repo, gc=gc)
    new = place.tip()
    if new == old:
        assert not acknowledged, "it was said to be recorded, and is not there"
    else:
        assert place.change(old) == expected, "a commit that is neither the old nor the new one"
    assert_whole(repo)


def the_users_own_git_works(repo: Repo, *, gc: bool, fetch: bool = True) -> None:
    """The commands that people give all day, right after the kill and before any of ours."""
    for command in (
        ["status", "--porcelain"],
        ["add", "README.md"],
        ["commit", "-q", "--allow-empty", "-m", "The user goes on"],
        *([["fetch", "-q", "origin"]] if fetch else []),
        *([["gc", "--quiet"]] if gc else []),
    ):
        done = subprocess.run(["git", *command], cwd=repo.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {command[0]} is blocked: {done.stderr}"


def check_next_command(place: Place) -> None:
    """The next command just works, quickly, and leaves nothing of the dead one behind."""
    place.do_at_once(*(["learn", "After the kill"] if place.tip() else ["init"]))
    assert leftovers(place.git_dir) == []
    assert_whole(place.repo)
    assert_index_is_good(place.git_dir)
    assert "Case matters" in place.do("list") or "Case matters" not in place.repo.git(
        "grep", "-h", "Case", "memory", check=False
    )


def assert_whole(repo: Repo) -> None:
    """No object is missing or broken. ``git fsck`` has nothing to say."""
    how = ["--strict"] if LONG else ["--strict", "--connectivity-only"]
    done = subprocess.run(
        ["git", "fsck", *how, "--no-dangling", "--no-progress"],
        cwd=repo.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def assert_index_is_good(git_dir: Path) -> None:
    """The index, where there is one, is a whole SQLite file."""
    path = git_dir / "git-memory/index.sqlite3"
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def start(script: str, *arguments: str, cwd: Path, **settings: Any) -> subprocess.Popen[str]:
    """A Python program of the test's in a process group of its own, its answers on a pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **settings.pop("environment", {})},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **settings,
    )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Let a failure say which of many rounds it was, so that it can be repeated."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, (AssertionError, OSError, subprocess.SubprocessError)):
            raise AssertionError(f"{what}: {error}") from error
        raise


def eventually(true: Callable[[], bool], patience: float = 5.0) -> bool:
    """Wait for something that a process which ends by itself is about to do."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
